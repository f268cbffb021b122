/**
 * The signature of a collective call: what all ranks of a communicator must agree on.
 *
 * It travels in the header of every message of the call (src/wire/frame.ts), so that ranks in different
 * calls, or in the same call with different arguments, find out from the first message between them.
 */

import { ANY_TYPE, type TypeCode, typeName } from '../../wire/datatype.ts'

/** Codes of the collective calls on the wire, in the order of MPI-4.1 chapter 6. */
export const CallKind = {
  barrier: 1,
  bcast: 2,
  gather: 3,
  gatherv: 4,
  scatter: 5,
  scatterv: 6,
  allgather: 7,
  allgatherv: 8,
  alltoall: 9,
  alltoallv: 10,
  reduce: 11,
  allreduce: 12,
  reduceScatter: 13,
  scan: 14,
  exscan: 15,
  dup: 16,
  split: 17,
  create: 18,
  sharedArray: 19,
  createCart: 24,
  sub: 25,
  neighborAllgather: 26,
  neighborAllgatherv: 27,
  neighborAlltoall: 28,
  neighborAlltoallv: 29,
  alltoallw: 30,
  neighborAlltoallw: 31,
} as const

export type CallName = keyof typeof CallKind

/**
 * Element types that only signatures know: a reduction of numbers is not one of Float64Arrays of length 1,
 * though both travel as doubles, nor of items, though a bigint travels as one.
 */
export const NUMBER: TypeCode = 32
export const BIGINT: TypeCode = 33

const names = new Map<number, CallName>(
  (Object.entries(CallKind) as [CallName, number][]).map(([name, code]) => [code, name]),
)

export interface CallSignature {
  readonly call: CallName
  /** Root's rank in the communicator; -1 where the call has none. */
  readonly root: number
  /** Code of the op (src/comm/op.ts); 0 where the call has none. */
  readonly op: number
  /** Element type that this rank knows of; ANY_TYPE if it knows none (a bcast receiver without buffer). */
  readonly type: TypeCode
  /** Elements per block that this rank knows of; -1 if it knows none, or if ranks may differ (v forms). */
  readonly count: number
}

/** A signature with what does not apply left out. */
export function signature(
  call: CallName,
  known: { root?: number; op?: number; type?: TypeCode; count?: number } = {},
): CallSignature {
  return {
    call,
    root: known.root ?? -1,
    op: known.op ?? 0,
    type: known.type ?? ANY_TYPE,
    count: known.count ?? -1,
  }
}

/** Whether every rank knows type and count of this call; if not, only root may. */
export function isExact(call: CallName): boolean {
  return call !== 'bcast' && call !== 'scatter' && call !== 'scatterv'
}

/** The name behind a code from the wire. */
export function callName(code: number): CallName | null {
  return names.get(code) ?? null
}

/** Whether two ranks with these signatures may be in the same call: what only one of them knows, agrees. */
export function compatible(a: CallSignature, b: CallSignature): boolean {
  return (
    a.call === b.call &&
    a.root === b.root &&
    a.op === b.op &&
    (a.type === b.type || a.type === ANY_TYPE || b.type === ANY_TYPE) &&
    (a.count === b.count || a.count < 0 || b.count < 0)
  )
}

/** How error messages show a signature: `reduce(root 0, SUM, 1000 x Float64Array)`. */
export function describeSignature(s: CallSignature, opName: (code: number) => string): string {
  const parts: string[] = []
  if (s.root >= 0) parts.push(`root ${s.root}`)
  if (s.op !== 0) parts.push(opName(s.op))
  if (s.type !== ANY_TYPE && s.call !== 'barrier')
    parts.push(s.count >= 0 ? `${s.count} x ${kindName(s.type)}` : kindName(s.type))
  return `${s.call}(${parts.join(', ')})`
}

function kindName(type: TypeCode): string {
  if (type === NUMBER) return 'number'
  return type === BIGINT ? 'bigint' : typeName(type)
}
