/** The types of Cartesian communicators: lists with one entry per dimension. */

import type { Raw } from '../../wire/datatype.ts'
import type { Strided } from '../../wire/layout/nd-view.ts'
import type { ArrayOf } from '../collective/types.ts'

/** A number per dimension. */
export type Coords<D extends readonly number[]> = { -readonly [K in keyof D]: number }

/** A flag per dimension. */
export type Flags<D extends readonly number[]> = { readonly [K in keyof D]: boolean }

/** A number for each dimension that is kept; a list of any length if it is not known which are. */
export type Kept<K extends readonly boolean[]> = K extends readonly []
  ? []
  : K extends readonly [infer Head, ...infer Tail extends readonly boolean[]]
    ? boolean extends Head
      ? number[]
      : Head extends true
        ? [number, ...Kept<Tail>]
        : Kept<Tail>
    : number[]

export interface CartOptions<D extends readonly number[] = readonly number[]> {
  /** Whether each dimension is closed to a ring; one flag for all, or one for each. All open if left away. */
  readonly periods?: boolean | Flags<D> | undefined
  /** Allows other ranks in the grid than in the parent. They are the same so far, which MPI leaves open. */
  readonly reorder?: boolean | undefined
}

/** The two neighbours along a dimension, as ranks; null: nobody, beyond an open edge. */
export interface Shift {
  /** Whose message comes here if everybody sends along the shift. */
  readonly source: number | null
  /** Where this rank's own message goes. */
  readonly dest: number | null
}

/** What gathering a T from every neighbour gives; `undefined` in a list for a neighbour that does not exist. */
export type NeighborGathered<T> = [T] extends [Raw | Strided] ? ArrayOf<T> : (T | undefined)[]
