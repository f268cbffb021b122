/** The errors that say how ranks disagree about a collective call, with both sides and the cure. */

import { CollectiveMismatchError } from '../errors.ts'
import type { Frame } from '../wire/frame.ts'
import { type CallSignature, callName, compatible, describeSignature } from './collective/signature.ts'
import type { Context } from './context.ts'
import { opName } from './op/code.ts'

/** Whether the sender of a message may be in the same call as a rank with this signature. */
export function agrees(mine: CallSignature, frame: Frame): boolean {
  const theirs = signatureOf(frame)
  return theirs !== null && compatible(mine, theirs)
}

/** This rank is in a call, and another in another. */
export function differentCalls(context: Context, mine: CallSignature, frame: Frame): CollectiveMismatchError {
  const theirs = signatureOf(frame)
  return new CollectiveMismatchError(
    `${mine.call} ${context.where}: rank ${frame.source} is in ${show(theirs)}, this rank in ${show(mine)}, ` +
      `as ${nth(frame)} of ${context.owner.label}; ${cure(mine, theirs)}`,
  )
}

/** A message came for a call that this rank has left, which it could do only if the ranks differ. */
export function leftWithout(
  context: Context,
  mine: CallSignature | null,
  frame: Frame,
): CollectiveMismatchError {
  const theirs = signatureOf(frame)
  const own = mine === null ? 'another call' : show(mine)
  return new CollectiveMismatchError(
    `a collective ${context.where}: rank ${frame.source} is in ${show(theirs)} as ${nth(frame)} of ` +
      `${context.owner.label}, where this rank made and left ${own}; ${cure(mine, theirs)}`,
  )
}

/** A message came for a call that this rank never made before it finished. */
export function neverMade(context: Context, frame: Frame): CollectiveMismatchError {
  return new CollectiveMismatchError(
    `a collective ${context.where}: rank ${frame.source} is in ${show(signatureOf(frame))} as ${nth(frame)} of ` +
      `${context.owner.label}, which this rank finished without making; ${cure(null, null)}`,
  )
}

function signatureOf(frame: Frame): CallSignature | null {
  const call = callName(frame.callKind)
  if (call === null) return null
  return { call, root: frame.callRoot, op: frame.callOp, type: frame.callType, count: frame.callCount }
}

function show(signature: CallSignature | null): string {
  return signature === null ? 'an unknown call' : describeSignature(signature, opName)
}

/** `collective call no 3`: people count from one. */
function nth(frame: Frame): string {
  return `collective call no ${frame.callSeq + 1}`
}

const equalLengthsOnly = new Set(['gather', 'scatter', 'allgather', 'alltoall'])

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
