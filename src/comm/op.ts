/**
 * Reduction operations: the interface every reduction is written against. The built-in ones are in op/.
 *
 * Operands are always given in rank order: `low` comes from lower ranks than `high`. Algorithms may
 * bracket as they like (ops are associative), but only swap operands of a commutative op.
 */

import type { Where } from '../errors.ts'
import type { Raw } from '../wire/datatype.ts'

export interface Op {
  /** `SUM`, or the user function's name. */
  readonly name: string
  /** Code in a call's signature; two ops of equal code are taken for the same. */
  readonly code: number
  readonly commutative: boolean
  /** True: works element by element on typed arrays. False: a user function that wants whole values. */
  readonly elementwise: boolean
  /**
   * Throws an OpError, composed with `where` (such as `allreduce on world, rank 1 of 4`), unless the op
   * applies to `value`: for a plain array it names Float64Array as the cure.
   */
  check(value: unknown, where: Where): void
  /** out[i] = low[i] op high[i]; `out` may be `low` or `high`. Only for elementwise ops. All of equal type and length. */
  combineArrays(low: Raw, high: Raw, out: Raw): void
  /** low op high for whole values (numbers, bigints, booleans, `{ value, index }`, or whatever a user function takes). */
  combineValues(low: unknown, high: unknown): unknown
}
