/** The checks of what a program passes to neighbour collectives, where those of other collectives count ranks. */

import { BufferError, CountError, TypeMismatchError } from '../../../errors.ts'
import type { Block } from '../../../wire/block.ts'
import type { Raw } from '../../../wire/datatype.ts'
import { where } from '../../collective/check.ts'
import type { Scope } from '../../collective/endpoint.ts'
import type { CallName } from '../../collective/signature.ts'
import { describe } from '../../op/domain.ts'

/** Throws if input and result share memory: a block may arrive before another one is on its way. */
export function checkSeparate(scope: Scope, call: CallName, input: Block, result: Block): void {
  if (!input.overlaps(result)) return
  throw new BufferError(
    `${where(scope, call)}: into overlaps the input; give separate memory, since no neighbour collective works in place`,
  )
}

/** Throws unless `array`, cut in one block per neighbour, gives equal blocks; returns their length. */
export function equalBlocks(scope: Scope, call: CallName, array: Raw, neighbors: number): number {
  const count = neighbors === 0 ? array.length : array.length / neighbors
  if (Number.isInteger(count) && (neighbors > 0 || count === 0)) return count
  throw new CountError(
    `${where(scope, call)}: ${array.length} elements cannot be cut in ${neighbors} equal blocks, one per neighbour ` +
      `(those that do not exist count too); for blocks of different lengths use ${call}v`,
  )
}

/** Throws unless `values` is a list with one item per neighbour. */
export function checkItems(
  scope: Scope,
  call: CallName,
  values: unknown,
  neighbors: number,
): asserts values is readonly unknown[] {
  const wanted = `a typed array, or a list of ${neighbors} items, one per neighbour (those that do not exist count too)`
  if (!Array.isArray(values))
    throw new TypeMismatchError(`${where(scope, call)}: expected ${wanted}, but got ${describe(values)}`)
  if (values.length === neighbors) return
  throw new CountError(
    `${where(scope, call)}: expected ${wanted}, but the list has ${values.length}; ` +
      'for one vector cut in blocks pass a typed array, such as Float64Array.from(values)',
  )
}
