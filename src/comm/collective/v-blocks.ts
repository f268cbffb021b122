/** Blocks of different lengths: the checks of `{ data, counts, displs }`, and the places of blocks in memory. */

import { CountError, TypeMismatchError } from '../../errors.ts'
import type { Block } from '../../wire/block.ts'
import { isRaw, type Raw } from '../../wire/datatype.ts'
import { describe } from '../op/domain.ts'
import { blockOf, where } from './check.ts'
import type { Scope } from './endpoint.ts'
import type { CallName } from './signature.ts'
import type { VBlocks } from './types.ts'

/** Memory with a block of `counts[r]` elements from `displs[r]` on for each rank r. */
export interface Placed {
  readonly whole: Block
  readonly counts: readonly number[]
  readonly displs: readonly number[]
}

/** The same, with the program's array that the memory is of. */
export interface PlacedIn extends Placed {
  readonly data: Raw
}

/** The block of rank `r`. */
export function blockAt({ whole, counts, displs }: Placed, r: number): Block {
  // An empty block's displ is never used, so programs leave anything in it.
  return counts[r] === 0 ? whole.slice(0, 0) : whole.slice(displs[r]!, displs[r]! + counts[r]!)
}

/** Up to so many elements are copied faster one by one than through a view. */
const FEW = 16

/** Copies `count` elements from place `from` of one array to place `to` of another, of the same type or the same array. */
export function copyElements(source: Raw, from: number, count: number, dest: Raw, to: number): void {
  // Where an empty block lies means nothing.
  if (count === 0) return
  if (count > FEW || source.buffer === dest.buffer) {
    const part = count === source.length ? source : source.subarray(from, from + count)
    ;(dest as Uint8Array).set(part as Uint8Array, to)
  } else for (let i = 0; i < count; i++) dest[to + i] = source[from + i]!
}

/** Checks the `{ data, counts, displs }` that a rank sends from. Blocks may overlap. */
export function checkVBlocks(scope: Scope, call: CallName, value: unknown): PlacedIn {
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
  return { data, whole, counts: checkedCounts, displs: checkedDispls }
}

/** Throws unless `value` is a typed array, the only thing that v forms take. */
export function checkVArray(scope: Scope, call: CallName, value: unknown): asserts value is Raw {
  if (isRaw(value)) return
  throw new TypeMismatchError(
    `${where(scope, call)}: expected a typed array, but got ${describe(value)}; items have no lengths to differ, ` +
      `so ${plainForm(call)} takes them`,
  )
}

// The lists are short and the calls many: plain loops, since callbacks and iterators take longer than a short block.

/** Checks a list with a non-negative integer per rank; returns a copy. */
export function integers(scope: Scope, call: CallName, name: string, list: ArrayLike<number>): number[] {
  const { length } = list
  if (length !== scope.size) {
    throw new CountError(
      `${where(scope, call)}: ${name} has length ${length}; it needs one number for each of the ${scope.size} ranks`,
    )
  }
  const checked: number[] = []
  for (let r = 0; r < length; r++) {
    const n = list[r]!
    if (!Number.isSafeInteger(n) || n < 0) {
      throw new CountError(
        `${where(scope, call)}: ${name}[${r}] is ${String(n)}; it must be an integer, 0 or more, in elements`,
      )
    }
    checked.push(n)
  }
  return checked
}

/** The places of blocks that lie one after another. */
export function prefixSums(counts: readonly number[]): number[] {
  const displs: number[] = []
  let next = 0
  for (let r = 0; r < counts.length; r++) {
    displs.push(next)
    next += counts[r]!
  }
  return displs
}

export function sum(counts: readonly number[]): number {
  let total = 0
  for (let r = 0; r < counts.length; r++) total += counts[r]!
  return total
}

/** Throws if a block does not lie within its memory. */
export function checkRange(
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

/** Which block does not lie within its memory, as part of a sentence; null if all do. */
export function outOfRange(
  length: number,
  counts: readonly number[],
  displs: readonly number[],
  name: string,
): string | null {
  for (let r = 0; r < counts.length; r++) {
    if (counts[r] === 0 || displs[r]! + counts[r]! <= length) continue
    return `the block of rank ${r}, ${counts[r]} elements from ${displs[r]} on, ends beyond ${name}, whose length is ${length}`
  }
  return null
}

function plainForm(call: CallName): string {
  return call.replace(/v$/, '')
}
