/** What it means when calls on a board go wrong: the errors that programs get. */

import { CollectiveMismatchError, type MpiError } from '../errors.ts'
import { type Board, Disagreement } from '../transport/board.ts'
import { Unfit } from './collective/board/steps.ts'
import type { CallSignature } from './collective/signature.ts'
import {
  agrees,
  differentCalls,
  differentPast,
  freedWithout,
  leftWithout,
  neverMade,
  noted,
  type TheirCall,
} from './collective-mismatch.ts'
import type { Context } from './context.ts'
import type { Peers } from './peers.ts'

/** This rank's call of this number; null if nobody remembers it. */
type Remembered = (seq: number) => CallSignature | null

/** What was thrown in the call `mine`, as the program is to see it. */
export function explainBoard(
  thrown: unknown,
  context: Context,
  board: Board,
  mine: CallSignature,
  seq: number,
  remembered: Remembered,
): unknown {
  if (thrown instanceof Unfit)
    return new CollectiveMismatchError(`${mine.call} ${context.where}: ${thrown.detail}`)
  if (!(thrown instanceof Disagreement)) return thrown
  const theirs = firstDifferent(board, thrown.peer, seq, (n) => (n === seq ? mine : remembered(n)))
  if (theirs === null) return differentPast(context, mine.call, thrown.peer)
  if (theirs.seq === seq) return differentCalls(context, mine, theirs)
  return leftWithout(context, remembered(theirs.seq), theirs)
}

/**
 * What is wrong with the others' calls, now that this rank makes no more: they have made others, or more. Who
 * has made fewer finds out itself, unless it has freed the communicator before. Null: nothing that can be seen.
 */
export function unequalEnd(
  context: Context,
  board: Board,
  peers: Peers,
  remembered: Remembered,
): MpiError | null {
  const { rank, ranks } = context.owner
  const mine = board.progressOf(rank)
  for (let peer = 0; peer < ranks.length; peer++) {
    if (peer === rank || peers.whyLost(ranks[peer]!) !== null) continue
    const { calls, key, hasClosed } = board.progressOf(peer)
    const more = calls - mine.calls
    if (more === 0 ? key === mine.key : more < 0 && !hasClosed) continue
    const theirs = firstDifferent(board, peer, mine.calls - 1, remembered)
    if (theirs !== null) return leftWithout(context, remembered(theirs.seq), theirs)
    if (more === 0) return differentPast(context, 'a collective', peer)
    if (more < 0) return freedWithout(context, remembered(calls), peer, calls)
    const next = board.callsOf(peer).find((call) => call.seq === mine.calls)
    return neverMade(context, next ? noted(peer, next) : { source: peer, seq: mine.calls, signature: null })
  }
  return null
}

/** The first call of `peer`, up to this one's `seq`, that differs from this rank's; null if none can be seen. */
function firstDifferent(board: Board, peer: number, seq: number, mine: Remembered): TheirCall | null {
  const past = board
    .callsOf(peer)
    .filter((call) => call.seq <= seq)
    .sort((a, b) => a.seq - b.seq)
  for (const call of past) {
    const theirs = noted(peer, call)
    const own = mine(call.seq)
    if (own !== null && !agrees(own, theirs)) return theirs
  }
  return null
}
