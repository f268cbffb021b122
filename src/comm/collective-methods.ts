/** The collective methods of a communicator: forwards to src/comm/collective, with the public types. */

import type { Raw } from '../wire/datatype.ts'
import { allgather } from './collective/allgather.ts'
import { allgatherv } from './collective/allgatherv.ts'
import { allreduce } from './collective/allreduce.ts'
import { alltoall } from './collective/alltoall.ts'
import { alltoallv } from './collective/alltoallv.ts'
import { barrier } from './collective/barrier.ts'
import { bcast } from './collective/bcast.ts'
import type { CollectiveOptions, Scope } from './collective/endpoint.ts'
import { exscan } from './collective/exscan.ts'
import { gather } from './collective/gather.ts'
import { gatherv } from './collective/gatherv.ts'
import { reduce } from './collective/reduce.ts'
import { type ReduceScatterOptions, reduceScatter } from './collective/reduce-scatter.ts'
import { scan } from './collective/scan.ts'
import { scatter } from './collective/scatter.ts'
import { scatterv } from './collective/scatterv.ts'
import type {
  ArrayOf,
  Gathered,
  IntoOptions,
  OpLike,
  ReceivedBlocks,
  Reduced,
  VBlocks,
  VIntoOptions,
} from './collective/types.ts'

/** Options that name where a typed array goes. */
type Into<B extends Raw> = IntoOptions<B> & { readonly into: B }

export abstract class CollectiveMethods {
  readonly #scope: Scope

  constructor(scope: Scope) {
    this.#scope = scope
  }

  //@doc barrier
  barrier(options?: CollectiveOptions): Promise<void> {
    return barrier(this.#scope, options)
  }

  //@doc bcast
  bcast<B extends Raw>(value: Raw | null | undefined, root: number | undefined, options: Into<B>): Promise<B>
  bcast<T>(value: T | null | undefined, root?: number, options?: IntoOptions): Promise<T>
  bcast(value: unknown, root?: number, options?: IntoOptions): Promise<unknown> {
    return bcast(this.#scope, value, root, options)
  }

  //@doc scatter
  scatter<B extends Raw>(
    values: Raw | null | undefined,
    root: number | undefined,
    options: Into<B>,
  ): Promise<B>
  scatter<B extends Raw>(
    values: B | null | undefined,
    root?: number,
    options?: IntoOptions,
  ): Promise<ArrayOf<B>>
  scatter<T>(values: readonly T[] | null | undefined, root?: number, options?: IntoOptions): Promise<T>
  scatter(
    values: Raw | readonly unknown[] | null | undefined,
    root?: number,
    options?: IntoOptions,
  ): Promise<unknown> {
    return scatter(this.#scope, values as readonly unknown[], root, options)
  }

  //@doc scatterv
  scatterv<B extends Raw>(
    blocks: VBlocks | null | undefined,
    root: number | undefined,
    options: Into<B>,
  ): Promise<B>
  scatterv<B extends Raw>(
    blocks: VBlocks<B> | null | undefined,
    root?: number,
    options?: IntoOptions,
  ): Promise<ArrayOf<B>>
  scatterv(blocks: VBlocks | null | undefined, root?: number, options?: IntoOptions): Promise<unknown> {
    return scatterv(this.#scope, blocks, root, options)
  }

  //@doc gather
  gather<B extends Raw>(value: Raw, root: number | undefined, options: Into<B>): Promise<B | undefined>
  gather<T>(value: T, root?: number, options?: IntoOptions): Promise<Gathered<T> | undefined>
  gather(value: unknown, root?: number, options?: IntoOptions): Promise<unknown> {
    return gather(this.#scope, value, root, options)
  }

  //@doc gatherv
  gatherv<B extends Raw, I extends Raw = ArrayOf<B>>(
    value: B,
    root?: number,
    options?: VIntoOptions<I>,
  ): Promise<ReceivedBlocks<I> | undefined> {
    return gatherv(this.#scope, value, root, options)
  }

  //@doc allgather
  allgather<B extends Raw>(value: Raw, options: Into<B>): Promise<B>
  allgather<T>(value: T, options?: IntoOptions): Promise<Gathered<T>>
  allgather(value: unknown, options?: IntoOptions): Promise<unknown> {
    return allgather(this.#scope, value, options)
  }

  //@doc allgatherv
  allgatherv<B extends Raw, I extends Raw = ArrayOf<B>>(
    value: B,
    options?: VIntoOptions<I>,
  ): Promise<ReceivedBlocks<I>> {
    return allgatherv(this.#scope, value, options)
  }

  //@doc alltoall
  alltoall<B extends Raw>(values: Raw, options: Into<B>): Promise<B>
  alltoall<B extends Raw>(values: B, options?: IntoOptions): Promise<ArrayOf<B>>
  alltoall<T>(values: readonly T[], options?: IntoOptions): Promise<T[]>
  alltoall(values: Raw | readonly unknown[], options?: IntoOptions): Promise<unknown> {
    return alltoall(this.#scope, values as readonly unknown[], options)
  }

  //@doc alltoallv
  alltoallv<B extends Raw, I extends Raw = ArrayOf<B>>(
    blocks: VBlocks<B>,
    options?: VIntoOptions<I>,
  ): Promise<ReceivedBlocks<I>> {
    return alltoallv(this.#scope, blocks, options)
  }

  //@doc reduce
  reduce<B extends Raw>(
    value: Raw,
    op: OpLike<Raw> | undefined,
    root: number | undefined,
    options: Into<B>,
  ): Promise<B | undefined>
  reduce<T>(
    value: T,
    op?: OpLike<NoInfer<T>>,
    root?: number,
    options?: IntoOptions,
  ): Promise<Reduced<T> | undefined>
  reduce(value: unknown, op?: unknown, root?: number, options?: IntoOptions): Promise<unknown> {
    return reduce(this.#scope, value, op as OpLike<unknown>, root, options)
  }

  //@doc allreduce
  allreduce<B extends Raw>(value: Raw, op: OpLike<Raw> | undefined, options: Into<B>): Promise<B>
  allreduce<T>(value: T, op?: OpLike<NoInfer<T>>, options?: IntoOptions): Promise<Reduced<T>>
  allreduce(value: unknown, op?: unknown, options?: IntoOptions): Promise<unknown> {
    return allreduce(this.#scope, value, op as OpLike<unknown>, options)
  }

  //@doc reduceScatter
  reduceScatter<B extends Raw>(
    values: Raw,
    op: OpLike<Raw> | undefined,
    options: ReduceScatterOptions<B> & { readonly into: B },
  ): Promise<B>
  reduceScatter<B extends Raw>(
    values: B,
    op?: OpLike<NoInfer<B>>,
    options?: ReduceScatterOptions,
  ): Promise<ArrayOf<B>>
  reduceScatter<T>(
    values: readonly T[],
    op?: OpLike<NoInfer<T>>,
    options?: ReduceScatterOptions,
  ): Promise<Reduced<T>>
  reduceScatter(
    values: Raw | readonly unknown[],
    op?: unknown,
    options?: ReduceScatterOptions,
  ): Promise<unknown> {
    return reduceScatter(this.#scope, values as readonly unknown[], op as OpLike<unknown>, options)
  }

  //@doc scan
  scan<B extends Raw>(value: Raw, op: OpLike<Raw> | undefined, options: Into<B>): Promise<B>
  scan<T>(value: T, op?: OpLike<NoInfer<T>>, options?: IntoOptions): Promise<Reduced<T>>
  scan(value: unknown, op?: unknown, options?: IntoOptions): Promise<unknown> {
    return scan(this.#scope, value, op as OpLike<unknown>, options)
  }

  //@doc exscan
  exscan<B extends Raw>(value: Raw, op: OpLike<Raw> | undefined, options: Into<B>): Promise<B | undefined>
  exscan<T>(value: T, op?: OpLike<NoInfer<T>>, options?: IntoOptions): Promise<Reduced<T> | undefined>
  exscan(value: unknown, op?: unknown, options?: IntoOptions): Promise<unknown> {
    return exscan(this.#scope, value, op as OpLike<unknown>, options)
  }
}
