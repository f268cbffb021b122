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

/** A board, and the rank in the communicator of each of its ranks; null: the same. */
export interface Shown {
  readonly board: Board
  readonly members: readonly number[] | null
}

/** What was thrown in the call `mine`, as the program is to see it. */
export function explainBoard(
  thrown: unknown,
  context: Context,
  shown: Shown,
  mine: CallSignature,
  seq: number,
  remembered: Remembered,
): unknown {
  if (thrown instanceof Unfit)
    return new CollectiveMismatchError(`${mine.call} ${context.where}: ${thrown.detail}`)
  if (!(thrown instanceof Disagreement)) return thrown
  const theirs = firstDifferent(shown, thrown.peer, seq, (n) => (n === seq ? mine : remembered(n)))
  if (theirs === null && thrown.detail !== null)
    return new CollectiveMismatchError(`${mine.call} ${context.where}: ${thrown.detail}`)
  if (theirs === null) return differentPast(context, mine.call, rankOf(shown, thrown.peer))
  if (theirs.seq === seq) return differentCalls(context, mine, theirs)
  return leftWithout(context, remembered(theirs.seq), theirs)
}

/**
 * What is wrong with the others' calls, now that this rank makes no more: they have made others, or more. Who
 * has made fewer finds out itself, unless it has freed the communicator before. Null: nothing that can be seen.
 */
export function unequalEnd(
  context: Context,
  shown: Shown,
  peers: Peers,
  remembered: Remembered,
): MpiError | null {
  const { ranks } = context.owner
  const { board } = shown
  const mine = board.progressOf(board.rank)
  for (let peer = 0; peer < board.size; peer++) {
    const source = rankOf(shown, peer)
    if (peer === board.rank || peers.whyLost(ranks[source]!) !== null) continue
    const { calls, key, hasClosed } = board.progressOf(peer)
    const more = calls - mine.calls
    if (more === 0 ? key === mine.key : more < 0 && !hasClosed) continue
    const theirs = firstDifferent(shown, peer, mine.calls - 1, remembered)
    if (theirs !== null) return leftWithout(context, remembered(theirs.seq), theirs)
    if (more === 0) return differentPast(context, 'a collective', source)
    if (more < 0) return freedWithout(context, remembered(calls), source, calls)
    const next = board.callsOf(peer).find((call) => call.seq === mine.calls)
    return neverMade(context, next ? noted(source, next) : { source, seq: mine.calls, signature: null })
  }
  return null
}

/** The first call of `peer`, up to this one's `seq`, that differs from this rank's; null if none can be seen. */
function firstDifferent(shown: Shown, peer: number, seq: number, mine: Remembered): TheirCall | null {
  const source = rankOf(shown, peer)
  const past = shown.board
    .callsOf(peer)
    .filter((call) => call.seq <= seq)
    .sort((a, b) => a.seq - b.seq)
  for (const call of past) {
    const theirs = noted(source, call)
    const own = mine(call.seq)
    if (own !== null && !agrees(own, theirs)) return theirs
  }
  return null
}

function rankOf({ members }: Shown, peer: number): number {
  return members === null ? peer : members[peer]!
}
