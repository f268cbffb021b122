/** The errors that say how ranks disagree about a collective call, with both sides and the cure. */

import { CollectiveMismatchError } from '../errors.ts'
import type { CallNote } from '../transport/board.ts'
import type { Frame } from '../wire/frame.ts'
import { type CallSignature, callName, compatible, describeSignature } from './collective/signature.ts'
import type { Context } from './context.ts'
import { opName } from './op/code.ts'

/** Another rank's call. */
export interface TheirCall {
  /** Its rank in the communicator. */
  readonly source: number
  readonly seq: number
  /** Null: nobody knows. */
  readonly signature: CallSignature | null
}

/** The call that a message belongs to. */
export function callOf(frame: Frame): TheirCall {
  const { source, callSeq: seq } = frame
  const { callKind: kind, callRoot: root, callOp: op, callType: type, callCount: count } = frame
  return noted(source, { seq, kind, root, op, type, count })
}

/** The call that a rank has noted on a board. */
export function noted(source: number, { seq, kind, root, op, type, count }: CallNote): TheirCall {
  const call = callName(kind)
  return { source, seq, signature: call && { call, root, op, type, count } }
}

/** Whether another rank may be in the same call as a rank with this signature. */
export function agrees(mine: CallSignature, theirs: TheirCall): boolean {
  return theirs.signature !== null && compatible(mine, theirs.signature)
}

/** This rank is in a call, and another in another. */
export function differentCalls(
  context: Context,
  mine: CallSignature,
  theirs: TheirCall,
): CollectiveMismatchError {
  return new CollectiveMismatchError(
    `${mine.call} ${context.where}: rank ${theirs.source} is in ${show(theirs)}, this rank in ${shown(mine)}, ` +
      `as ${nth(theirs)} of ${context.owner.label}; ${cure(mine, theirs.signature)}`,
  )
}

/** Another rank is in a call that this rank has left, which it could do only if the ranks differ. */
export function leftWithout(
  context: Context,
  mine: CallSignature | null,
  theirs: TheirCall,
): CollectiveMismatchError {
  const own = mine === null ? 'another call' : shown(mine)
  return new CollectiveMismatchError(
    `a collective ${context.where}: rank ${theirs.source} is in ${show(theirs)} as ${nth(theirs)} of ` +
      `${context.owner.label}, where this rank made and left ${own}; ${cure(mine, theirs.signature)}`,
  )
}

/** Another rank made a call that this rank never made before it finished. */
export function neverMade(context: Context, theirs: TheirCall): CollectiveMismatchError {
  return new CollectiveMismatchError(
    `a collective ${context.where}: rank ${theirs.source} is in ${show(theirs)} as ${nth(theirs)} of ` +
      `${context.owner.label}, which this rank finished without making; ${cure(null, null)}`,
  )
}

/** Another rank has freed the communicator without making a call that this rank made. */
export function freedWithout(
  context: Context,
  mine: CallSignature | null,
  source: number,
  seq: number,
): CollectiveMismatchError {
  const call = { source, seq, signature: mine }
  return new CollectiveMismatchError(
    `a collective ${context.where}: this rank made ${show(call)} as ${nth(call)} of ${context.owner.label}, which ` +
      `rank ${source} has freed without making it; ${cure(null, null)}`,
  )
}

/** The ranks made different calls before, and nobody knows any more which. */
export function differentPast(context: Context, what: string, source: number): CollectiveMismatchError {
  return new CollectiveMismatchError(
    `${what} ${context.where}: rank ${source} has made other collective calls on ${context.owner.label} than ` +
      `this rank; ${cure(null, null)}`,
  )
}

function show({ signature }: TheirCall): string {
  return signature === null ? 'an unknown call' : shown(signature)
}

function shown(signature: CallSignature): string {
  return describeSignature(signature, opName)
}

/** `collective call no 3`: people count from one. */
function nth({ seq }: TheirCall): string {
  return `collective call no ${seq + 1}`
}

const equalLengthsOnly = new Set<string>([
  'gather',
  'scatter',
  'allgather',
  'alltoall',
  'neighborAllgather',
  'neighborAlltoall',
])

function cure(mine: CallSignature | null, theirs: CallSignature | null): string {
  if (
    mine &&
    theirs &&
    mine.call === theirs.call &&
    mine.root === theirs.root &&
    equalLengthsOnly.has(mine.call)
  ) {
    if (mine.type === theirs.type) return `for blocks of different lengths use ${mine.call}v`
  }
  return 'all ranks of a communicator must make the same calls in the same order with the same root, op, type and count'
}
