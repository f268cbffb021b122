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
  const bad = counts.findIndex((count, r) => count > 0 && displs[r]! + count > length)
  if (bad < 0) return null
  return `the block of rank ${bad}, ${counts[bad]} elements from ${displs[bad]} on, ends beyond ${name}, whose length is ${length}`
}

function plainForm(call: CallName): string {
  return call.replace(/v$/, '')
}
