/**
 * Blocks of different lengths: the checks of `{ data, counts, displs }`, and the places of blocks in memory.
 *
 * What one rank passes is checked before the call. That it fits what other ranks pass, only their lengths
 * show, which travel inside the call; that is a mismatch then.
 */

import { BufferError, CountError, TypeMismatchError } from '../../errors.ts'
import type { Block } from '../../wire/block.ts'
import { allocate, isRaw, type Raw, type TypeCode, typeName } from '../../wire/datatype.ts'
import { describe } from '../op/domain.ts'
import { blockOf, where } from './check.ts'
import type { Scope } from './endpoint.ts'
import { lengthOf } from './partition.ts'
import type { CallName } from './signature.ts'
import type { ReceivedBlocks, VBlocks, VInto } from './types.ts'

/** Memory with a block of `counts[r]` elements from `displs[r]` on for each rank r. */
export interface Placed {
  readonly whole: Block
  readonly counts: readonly number[]
  readonly displs: readonly number[]
}

/** The block of rank `r`. */
export function blockAt({ whole, counts, displs }: Placed, r: number): Block {
  // An empty block's displ is never used, so programs leave anything in it.
  return counts[r] === 0 ? whole.slice(0, 0) : whole.slice(displs[r]!, displs[r]! + counts[r]!)
}

/** Checks the `{ data, counts, displs }` that a rank sends from. Blocks may overlap. */
export function checkVBlocks(scope: Scope, call: CallName, value: unknown): Placed {
  const { data, counts, displs } = (value ?? {}) as Partial<VBlocks>
  if (!isRaw(data) || counts === undefined) {
    const found = isRaw(value) ? `${describe(value)} alone` : describe(value)
    throw new TypeMismatchError(
      `${where(scope, call)}: expected { data, counts, displs? } with a typed array as data, but got ${found}; ` +
        `${plainForm(call)} takes equal blocks and items`,
    )
  }
  const whole = blockOf(scope, call, 'data', data)
  const checkedCounts = integers(scope, call, 'counts', counts)
  const checkedDispls = displs ? integers(scope, call, 'displs', displs) : prefixSums(checkedCounts)
  checkRange(scope, call, 'data', data.length, checkedCounts, checkedDispls)
  return { whole, counts: checkedCounts, displs: checkedDispls }
}

/** Throws unless `value` is a typed array, the only thing that v forms take. */
export function checkVArray(scope: Scope, call: CallName, value: unknown): asserts value is Raw {
  if (isRaw(value)) return
  throw new TypeMismatchError(
    `${where(scope, call)}: expected a typed array, but got ${describe(value)}; items have no lengths to differ, ` +
      `so ${plainForm(call)} takes them`,
  )
}

/** An `into` whose shape is right, before the lengths of the other ranks are known. */
export interface CheckedInto {
  readonly data: Raw
  readonly whole: Block
  readonly counts: readonly number[] | null
  readonly displs: readonly number[] | null
}

/** Checks the `into` of a v form, as far as this rank's own arguments allow. */
export function checkVInto(
  scope: Scope,
  call: CallName,
  into: VInto | undefined,
  type: TypeCode,
): CheckedInto | null {
  if (into === undefined) return null
  const { data, counts, displs } = into
  if (!isRaw(data)) {
    throw new TypeMismatchError(
      `${where(scope, call)}: into must be { data, counts?, displs? } with a typed array as data, but is ${describe(into)}`,
    )
  }
  const whole = blockOf(scope, call, 'into.data', data)
  if (whole.type !== type) {
    throw new TypeMismatchError(
      `${where(scope, call)}: into.data is ${describe(data)}, but the result is a ${typeName(type)}`,
    )
  }
  const checkedCounts = counts ? integers(scope, call, 'into.counts', counts) : null
  const checkedDispls = displs ? integers(scope, call, 'into.displs', displs) : null
  if (checkedCounts !== null) {
    const places = checkedDispls ?? prefixSums(checkedCounts)
    checkRange(scope, call, 'into.data', data.length, checkedCounts, places)
    checkApart(scope, call, checkedCounts, places)
  }
  return { data, whole, counts: checkedCounts, displs: checkedDispls }
}

/**
 * Throws if `input`, this rank's block, shares memory with `into`, unless it is its own block there. Where
 * that one lies must be known before the lengths of the other ranks are: from counts or displs.
 */
export function checkVOverlap(scope: Scope, call: CallName, input: Block, into: CheckedInto | null): void {
  if (into === null || input.byteLength === 0 || !input.overlaps(into.whole)) return
  const displs = into.displs ?? (into.counts && prefixSums(into.counts))
  const start = displs?.[scope.rank]
  if (start !== undefined && start + lengthOf(input) <= into.data.length) {
    if (input.sameMemory(into.whole.slice(start, start + lengthOf(input)))) return
  }
  throw new BufferError(
    `${where(scope, call)}: into.data overlaps the input; give separate memory, or as input this rank's own ` +
      'block of into.data, and with it into.counts or into.displs',
  )
}

/** Where the blocks that come go, now that all their lengths are known: into `into`, or into new memory. */
export function place(
  scope: Scope,
  call: CallName,
  into: CheckedInto | null,
  type: TypeCode,
  counts: readonly number[],
): Placed & { readonly result: ReceivedBlocks } {
  const displs = into?.displs ?? prefixSums(counts)
  const data = into?.data ?? allocate(type, sum(counts))
  if (into !== null) {
    const wrong = into.counts ? counts.findIndex((count, r) => count !== into.counts![r]) : -1
    if (wrong >= 0) {
      throw scope.mismatch(
        call,
        `rank ${wrong} sends ${counts[wrong]} elements, but into.counts[${wrong}] is ${into.counts![wrong]}; ` +
          'leave counts away to take what comes',
      )
    }
    const unfit =
      outOfRange(data.length, counts, displs, 'into.data') ?? (into.displs && overlapping(counts, displs))
    if (unfit) throw scope.mismatch(call, `what the ranks send does not fit: ${unfit}`)
  }
  const whole = into?.whole ?? blockOf(scope, call, 'result', data)
  return { whole, counts, displs, result: { data, counts: [...counts], displs: [...displs] } }
}

/** Checks a list with a non-negative integer per rank. */
export function integers(scope: Scope, call: CallName, name: string, list: ArrayLike<number>): number[] {
  const found = Array.from(list)
  if (found.length !== scope.size) {
    throw new CountError(
      `${where(scope, call)}: ${name} has length ${found.length}; it needs one number for each of the ${scope.size} ranks`,
    )
  }
  const bad = found.findIndex((n) => !Number.isSafeInteger(n) || n < 0)
  if (bad < 0) return found
  throw new CountError(
    `${where(scope, call)}: ${name}[${bad}] is ${String(found[bad])}; it must be an integer, 0 or more, in elements`,
  )
}

/** The places of blocks that lie one after another. */
export function prefixSums(counts: readonly number[]): number[] {
  let next = 0
  return counts.map((count) => {
    next += count
    return next - count
  })
}

export function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

function checkRange(
  scope: Scope,
  call: CallName,
  name: string,
  length: number,
  counts: readonly number[],
  displs: readonly number[],
): void {
  const problem = outOfRange(length, counts, displs, name)
  if (problem) throw new CountError(`${where(scope, call)}: ${problem}`)
}

function checkApart(
  scope: Scope,
  call: CallName,
  counts: readonly number[],
  displs: readonly number[],
): void {
  const problem = overlapping(counts, displs)
  if (problem) throw new CountError(`${where(scope, call)}: ${problem}`)
}

function outOfRange(
  length: number,
  counts: readonly number[],
  displs: readonly number[],
  name: string,
): string | null {
  const bad = counts.findIndex((count, r) => count > 0 && displs[r]! + count > length)
  if (bad < 0) return null
  return `the block of rank ${bad}, ${counts[bad]} elements from ${displs[bad]} on, ends beyond ${name}, whose length is ${length}`
}

function overlapping(counts: readonly number[], displs: readonly number[]): string | null {
  const order = counts
    .map((_, r) => r)
    .filter((r) => counts[r]! > 0)
    .sort((a, b) => displs[a]! - displs[b]!)
  for (let i = 1; i < order.length; i++) {
    const [a, b] = [order[i - 1]!, order[i]!]
    if (displs[a]! + counts[a]! > displs[b]!) {
      return `the blocks of ranks ${a} and ${b} overlap in into.data, so one would overwrite the other`
    }
  }
  return null
}

function plainForm(call: CallName): string {
  return call.replace(/v$/, '')
}
