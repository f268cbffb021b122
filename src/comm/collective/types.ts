/** The types in the signatures of collective calls: what goes in decides what comes out. */

import type { Raw } from '../../wire/datatype.ts'
import type { Strided } from '../../wire/layout/nd-view.ts'
import type { Op } from '../op.ts'
import type { CollectiveOptions } from './endpoint.ts'

/** The plain typed array of T's element type: a `Buffer`, for instance, gives a `Uint8Array`, and so does a layout of one. */
export type ArrayOf<T> = T extends Int8Array
  ? Int8Array
  : T extends Uint8Array
    ? Uint8Array
    : T extends Uint8ClampedArray
      ? Uint8ClampedArray
      : T extends Int16Array
        ? Int16Array
        : T extends Uint16Array
          ? Uint16Array
          : T extends Int32Array
            ? Int32Array
            : T extends Uint32Array
              ? Uint32Array
              : T extends Float32Array
                ? Float32Array
                : T extends Float64Array
                  ? Float64Array
                  : T extends BigInt64Array
                    ? BigInt64Array
                    : T extends BigUint64Array
                      ? BigUint64Array
                      : T extends { readonly data: infer B extends Raw }
                        ? ArrayOf<B>
                        : never

/** What gathering a T from every rank gives: typed arrays one after another, or a list with an item per rank. */
export type Gathered<T> = [T] extends [Raw | Strided] ? ArrayOf<T> : T[]

/** What reducing Ts gives: a value of the same kind. */
export type Reduced<T> = T extends number
  ? number
  : T extends bigint
    ? bigint
    : T extends boolean
      ? boolean
      : T extends string
        ? string
        : T extends Raw | Strided
          ? ArrayOf<T>
          : T

/** A reduction operation: a built-in one, one of `createOp`, or a function (a, b) => c, `a` from lower ranks. */
export type OpLike<T> = Op | ((a: Reduced<T>, b: Reduced<T>) => Reduced<T>)

/** Blocks of a typed array, one per rank: `counts[r]` elements from `displs[r]` on. */
export interface VBlocks<B extends Raw | Strided = Raw> {
  readonly data: B
  readonly counts: ArrayLike<number>
  /** Where each block starts, in elements. Default: one block after another. */
  readonly displs?: ArrayLike<number> | undefined
}

/** The blocks a v form has received; fit to be passed on to another v form. */
export interface ReceivedBlocks<B extends Raw | Strided = Raw> extends VBlocks<B> {
  readonly counts: readonly number[]
  readonly displs: readonly number[]
}

/** Where a v form puts its result. `data` may be longer than needed; `counts`, if given, must be what comes. */
export interface VInto<B extends Raw | Strided = Raw> {
  readonly data: B
  readonly counts?: ArrayLike<number> | undefined
  readonly displs?: ArrayLike<number> | undefined
}

/** Options of a collective call whose result may go to a given typed array. */
export interface IntoOptions<B = Raw> extends CollectiveOptions {
  /** Where the result goes: exactly the result's element type and length. */
  readonly into?: B | undefined
}

/** Options of a v form. */
export interface VIntoOptions<B extends Raw | Strided = Raw> extends CollectiveOptions {
  readonly into?: VInto<B> | undefined
}

/** One block of `alltoallw`: a typed array, a layout or an ndarray-like; null: nothing. */
export type WBlock<B extends Raw = Raw> = B | Strided<B> | null

/** Options of `alltoallw`. */
export interface WIntoOptions<I extends readonly WBlock[] = readonly WBlock[]> extends CollectiveOptions {
  /** Where the blocks go, each of exactly the element type and length of what comes; null: nothing comes. */
  readonly into?: I | undefined
}
