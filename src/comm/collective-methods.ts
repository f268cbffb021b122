/** The collective methods of a communicator: forwards to src/comm/collective, with the public types. */

import type { Raw } from '../wire/datatype.ts'
import type { Strided } from '../wire/layout/nd-view.ts'
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
  WBlock,
  WIntoOptions,
} from './collective/types.ts'
import { alltoallw } from './layout/alltoallw.ts'
import { bcastPacked, callPacked, intoOnRoot, needsPacking, running } from './layout/collective.ts'
import { cutting, gathering, sameLength } from './layout/form.ts'
import { callPackedV, needsPackingV, scattervPacked } from './layout/v-forms.ts'

/** A typed array, or strided elements of one. */
type Vector = Raw | Strided

/** Options that name where a vector goes. */
type Into<B extends Vector> = IntoOptions<B> & { readonly into: B }

export abstract class CollectiveMethods {
  readonly #scope: Scope

  constructor(scope: Scope) {
    this.#scope = scope
  }

  /**
   * Waits until every rank of the communicator has called it.
   *
   * All ranks call it. The promise resolves when all of them have.
   * @throws CollectiveMismatchError if another rank is in a different call.
   * @see MPI-4.1 §6.3
   */
  barrier(options?: CollectiveOptions): Promise<void> {
    return barrier(this.#scope, options)
  }

  /**
   * Gives root's value to every rank.
   *
   * All ranks call it with the same root. Root passes the value. Elsewhere a typed array is filled in place
   * and returned, and must have the element type and length of root's; any other value is ignored, and the
   * result is new. A typed array travels raw, anything else arrives as `structuredClone` would make it.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements, and filled in
   * its places.
   * @param options `into`: on every rank, where root's typed array goes, instead of into the value passed.
   * @returns root's value: on root itself the very same, unless `into` is given. When it resolves the value
   *   may be overwritten.
   * @throws RootError, TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if
   *   another rank passes another root, element type or length.
   * @see MPI-4.1 §6.4; examples/mpi/07-collectives-tour.ts
   */
  bcast<B extends Vector>(
    value: Vector | null | undefined,
    root: number | undefined,
    options: Into<B>,
  ): Promise<B>
  bcast<T>(value: T | null | undefined, root?: number, options?: IntoOptions): Promise<T>
  bcast(value: unknown, root?: number, options?: IntoOptions): Promise<unknown> {
    const scope = this.#scope
    if (needsPacking(value, options))
      return bcastPacked(scope, value, root ?? 0, options, running(bcast, scope, root))
    return bcast(scope, value, root, options)
  }

  /**
   * Gives each rank its part of root's values.
   *
   * All ranks call it with the same root. Root passes a typed array, which is cut in `size` equal blocks, or a
   * list of `size` items; what the others pass is ignored. Rank r gets block r, or item r as `structuredClone`
   * would make it.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements. In a list it is
   * an item, and arrives as that array.
   * @param options `into`: where this rank's block goes. On root it may be the block itself.
   * @returns this rank's part. When it resolves the values may be overwritten.
   * @throws RootError, TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if
   *   another rank passes another root, or an `into` of another element type or length.
   * @see MPI-4.1 §6.6; examples/mpi/07-collectives-tour.ts
   */
  scatter<B extends Vector>(
    values: Vector | null | undefined,
    root: number | undefined,
    options: Into<B>,
  ): Promise<B>
  scatter<B extends Vector>(
    values: B | null | undefined,
    root?: number,
    options?: IntoOptions,
  ): Promise<ArrayOf<B>>
  scatter<T>(values: readonly T[] | null | undefined, root?: number, options?: IntoOptions): Promise<T>
  scatter(
    values: Vector | readonly unknown[] | null | undefined,
    root?: number,
    options?: IntoOptions,
  ): Promise<unknown> {
    const scope = this.#scope
    if (needsPacking(values, options)) {
      const given = scope.rank === (root ?? 0) ? values : undefined
      return callPacked(scope, 'scatter', given, options, cutting(scope), running(scatter, scope, root))
    }
    return scatter(scope, values as readonly unknown[], root, options)
  }

  /**
   * Gives each rank its part, of any length, of root's typed array.
   *
   * All ranks call it with the same root. Root passes `{ data, counts, displs? }`: rank r gets `counts[r]`
   * elements from `displs[r]` on (default: one block after another); blocks may overlap. What the others pass
   * is ignored; the lengths travel.
   * The data and `into` may be layouts or ndarray-likes: counts and displs are those of the elements, in their
   * order.
   * @param options `into`: where this rank's block goes, of exactly its length. On root it may be the block
   *   itself.
   * @returns this rank's block. When it resolves `data` may be overwritten.
   * @throws RootError, TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if
   *   another rank passes another root, or an `into` of another element type or length.
   * @see MPI-4.1 §6.6; examples/mpi/08-dot-product.ts
   */
  scatterv<B extends Vector>(
    blocks: VBlocks<Vector> | null | undefined,
    root: number | undefined,
    options: Into<B>,
  ): Promise<B>
  scatterv<B extends Vector>(
    blocks: VBlocks<B> | null | undefined,
    root?: number,
    options?: IntoOptions,
  ): Promise<ArrayOf<B>>
  scatterv(
    blocks: VBlocks<Vector> | null | undefined,
    root?: number,
    options?: IntoOptions,
  ): Promise<unknown> {
    const scope = this.#scope
    if (needsPackingV(blocks, options)) {
      const given = scope.rank === (root ?? 0) ? blocks : undefined
      return scattervPacked(scope, given, options, running(scatterv, scope, root))
    }
    return scatterv(scope, blocks as VBlocks, root, options)
  }

  /**
   * Collects one value from every rank at `root`.
   *
   * All ranks call it with the same root. Typed arrays, of the same element type and length on all ranks,
   * come one after another, in the order of ranks, in one typed array of `size` times that length. Anything
   * else is one item, and root gets a list of `size` items, each as `structuredClone` would make it.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements.
   * @param options `into`, on root only: where the typed array goes. Its own block may be root's input.
   * @returns the result on root, `undefined` elsewhere. When it resolves the input may be overwritten.
   * @throws RootError, TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if
   *   another rank passes another root, element type or length (for different lengths use `gatherv`).
   * @see MPI-4.1 §6.5; examples/mpi/07-collectives-tour.ts
   */
  gather<B extends Vector>(value: Vector, root: number | undefined, options: Into<B>): Promise<B | undefined>
  gather<T>(value: T, root?: number, options?: IntoOptions): Promise<Gathered<T> | undefined>
  gather(value: unknown, root?: number, options?: IntoOptions): Promise<unknown> {
    const scope = this.#scope
    if (needsPacking(value, options)) {
      const onRoot = intoOnRoot(scope, root ?? 0, options)
      return callPacked(scope, 'gather', value, onRoot, gathering(scope), running(gather, scope, root))
    }
    return gather(scope, value, root, options)
  }

  /**
   * Collects typed arrays of any lengths from all ranks at `root`.
   *
   * All ranks call it with the same root and a typed array of the same element type; the lengths travel.
   * The array, and the data of `into`, may be a layout or an ndarray-like: counts and displs are those of its
   * elements, in its order.
   * @param options `into`, on root only: `{ data, counts?, displs? }`; without it `data` is new and just as long
   *   as what comes, which no rank need know before. `data` may be longer than needed;
   *   `displs` says where each rank's block goes (default: one after another), and blocks must not overlap;
   *   `counts` must be what comes. Root's input may be its own block of `data`, if counts or displs are given.
   * @returns `{ data, counts, displs }` on root, `undefined` elsewhere. When it resolves the input may be
   *   overwritten.
   * @throws RootError, TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if
   *   another rank passes another root or type, or lengths that do not fit `into`.
   * @see MPI-4.1 §6.5
   */
  gatherv<B extends Vector, I extends Vector = ArrayOf<B>>(
    value: B,
    root?: number,
    options?: VIntoOptions<I>,
  ): Promise<ReceivedBlocks<I> | undefined>
  gatherv(value: Vector, root?: number, options?: VIntoOptions<Vector>): Promise<unknown> {
    const scope = this.#scope
    if (needsPackingV(value, options)) {
      const onRoot = intoOnRoot(scope, root ?? 0, options)
      return callPackedV(scope, 'gatherv', value, onRoot, running(gatherv, scope, root))
    }
    return gatherv(scope, value as Raw, root, options as VIntoOptions)
  }

  /**
   * Collects one value from every rank on all ranks.
   *
   * All ranks call it. Typed arrays, of the same element type and length on all ranks, come one after another,
   * in the order of ranks, in one typed array of `size` times that length. Anything else is one item, and the
   * result is a list of `size` items, each as `structuredClone` would make it.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements.
   * @param options `into`: where the typed array goes. Its own block may be the input.
   * @returns the values of all ranks. When it resolves the input may be overwritten.
   * @throws TypeMismatchError, CountError or BufferError for `into`; CollectiveMismatchError if another rank
   *   passes another element type or length (for different lengths use `allgatherv`).
   * @see MPI-4.1 §6.7; examples/mpi/07-collectives-tour.ts
   */
  allgather<B extends Vector>(value: Vector, options: Into<B>): Promise<B>
  allgather<T>(value: T, options?: IntoOptions): Promise<Gathered<T>>
  allgather(value: unknown, options?: IntoOptions): Promise<unknown> {
    const scope = this.#scope
    if (needsPacking(value, options))
      return callPacked(scope, 'allgather', value, options, gathering(scope), running(allgather, scope))
    return allgather(scope, value, options)
  }

  /**
   * Collects typed arrays of any lengths from all ranks on all ranks.
   *
   * All ranks call it with a typed array of the same element type; the lengths travel.
   * The array, and the data of `into`, may be a layout or an ndarray-like: counts and displs are those of its
   * elements, in its order.
   * @param options `into`: `{ data, counts?, displs? }`; without it `data` is new and just as long as what comes,
   *   which no rank need know before. `data` may be longer than needed; `displs` says where
   *   each rank's block goes (default: one after another), and blocks must not overlap; `counts` must be what
   *   comes. The input may be this rank's own block of `data`, if counts or displs are given.
   * @returns `{ data, counts, displs }`. When it resolves the input may be overwritten.
   * @throws TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if another
   *   rank passes another type, or lengths that do not fit `into`.
   * @see MPI-4.1 §6.7; examples/mpi/10-matrix-vector.ts
   */
  allgatherv<B extends Vector, I extends Vector = ArrayOf<B>>(
    value: B,
    options?: VIntoOptions<I>,
  ): Promise<ReceivedBlocks<I>>
  allgatherv(value: Vector, options?: VIntoOptions<Vector>): Promise<unknown> {
    const scope = this.#scope
    if (needsPackingV(value, options))
      return callPackedV(scope, 'allgatherv', value, options, running(allgatherv, scope))
    return allgatherv(scope, value as Raw, options as VIntoOptions)
  }

  /**
   * Has every rank send a different part of its values to every rank.
   *
   * All ranks call it, with a typed array of the same element type and length, which is cut in `size` equal
   * blocks, or with a list of `size` items. Rank r's block or item s goes to place r on rank s. Items arrive
   * as `structuredClone` would make them.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements. In a list it is
   * an item, and arrives as that array.
   * @param options `into`: where the typed array goes. It may be the input itself (which is copied then).
   * @returns what came, in the order of ranks: a typed array or a list. When it resolves the input may be
   *   overwritten.
   * @throws TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if another
   *   rank passes another element type or length (for different lengths use `alltoallv`).
   * @see MPI-4.1 §6.8; examples/mpi/07-collectives-tour.ts
   */
  alltoall<B extends Vector>(values: Vector, options: Into<B>): Promise<B>
  alltoall<B extends Vector>(values: B, options?: IntoOptions): Promise<ArrayOf<B>>
  alltoall<T>(values: readonly T[], options?: IntoOptions): Promise<T[]>
  alltoall(values: Vector | readonly unknown[], options?: IntoOptions): Promise<unknown> {
    const scope = this.#scope
    if (needsPacking(values, options))
      return callPacked(scope, 'alltoall', values, options, sameLength, running(alltoall, scope))
    return alltoall(scope, values as readonly unknown[], options)
  }

  /**
   * Has every rank send a block of any length to every rank.
   *
   * All ranks call it with `{ data, counts, displs? }` of the same element type: `counts[s]` elements from
   * `displs[s]` on (default: one block after another) go to rank s; blocks may overlap. The lengths travel.
   * The data, here and of `into`, may be a layout or an ndarray-like: counts and displs are those of its elements,
   * in its order.
   * @param options `into`: `{ data, counts?, displs? }`; without it `data` is new and just as long as what comes,
   *   which no rank need know before. `data` may be longer than needed; `displs` says where
   *   each rank's block goes (default: one after another), and blocks must not overlap; `counts` must be what
   *   comes. `into.data` may be the input's `data` itself (which is copied then).
   * @returns `{ data, counts, displs }` of what came. When it resolves the input may be overwritten.
   * @throws TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if another
   *   rank passes another type, or lengths that do not fit `into`.
   * @see MPI-4.1 §6.8; examples/mpi/11-sample-sort.ts
   */
  alltoallv<B extends Vector, I extends Vector = ArrayOf<B>>(
    blocks: VBlocks<B>,
    options?: VIntoOptions<I>,
  ): Promise<ReceivedBlocks<I>>
  alltoallv(blocks: VBlocks<Vector>, options?: VIntoOptions<Vector>): Promise<unknown> {
    const scope = this.#scope
    if (needsPackingV(blocks, options))
      return callPackedV(scope, 'alltoallv', blocks, options, running(alltoallv, scope))
    return alltoallv(scope, blocks as VBlocks, options as VIntoOptions)
  }

  /**
   * Has every rank send a block to every rank, each of any element type and length, and in any layout.
   *
   * All ranks call it with a list of `size` blocks: typed arrays, layouts, ndarray-likes, or null for nothing. What
   * rank r has as `blocks[s]` goes to place r of rank s. Transposes a matrix of which each rank has a strip of rows:
   *
   * ```ts
   * const [rows, cols] = [n / size, n]      // of `mine`; `turned` is of the same shape
   * const blocks = Array.from({ length: size }, (_, s) =>
   *   ({ data: mine, shape: [rows, rows], stride: [1, cols], offset: s * rows }))     // turned round
   * const into = Array.from({ length: size }, (_, r) =>
   *   subarray(turned, { sizes: [rows, cols], subsizes: [rows, rows], starts: [0, r * rows] }))
   * await comm.alltoallw(blocks, { into })
   * ```
   * @param options `into`: a list with a place for the block of each rank, of exactly its element type and length;
   *   null, or of length 0: nothing comes. Places must not share memory with each other. With `blocks` they may:
   *   what is sent is what these held when the call was made.
   * @returns `into`, or a list of new typed arrays, packed, with null where a rank has sent null. When it resolves
   *   the blocks may be overwritten.
   * @throws TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if what a rank sends
   *   is not what its place is for.
   * @see MPI-4.1 §6.8, MPI_Alltoallw
   */
  alltoallw<const I extends readonly WBlock[]>(
    blocks: readonly WBlock[],
    options: WIntoOptions<I> & { readonly into: I },
  ): Promise<I>
  alltoallw<B extends Raw>(
    blocks: readonly WBlock<B>[],
    options?: CollectiveOptions,
  ): Promise<(ArrayOf<B> | null)[]>
  alltoallw(blocks: readonly WBlock[], options?: WIntoOptions): Promise<unknown> {
    return alltoallw(this.#scope, blocks, options)
  }

  /**
   * Combines one value of every rank with `op` and gives the result to `root`.
   *
   * All ranks call it with the same op and root. Typed arrays have the same element type and length on all
   * ranks and are combined element by element, but as wholes by a user function that is not `elementwise`.
   * Any other value is combined as a whole. Operands keep the order of ranks, whoever is root.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements, which is what
   * ops get.
   * @param options `into`, on root only: where the typed array goes. It may be the input itself.
   * @returns the result on root, `undefined` elsewhere. When it resolves the input may be overwritten.
   * @throws OpError if the op does not apply to the value; RootError; TypeMismatchError, CountError or
   *   BufferError for `into`; CollectiveMismatchError if another rank passes another root, op, type or length.
   * @see MPI-4.1 §6.9.1; examples/mpi/12-word-count.ts
   */
  reduce<B extends Vector>(
    value: Vector,
    op: OpLike<NoInfer<B>> | undefined,
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
    const scope = this.#scope
    if (needsPacking(value, options)) {
      const onRoot = intoOnRoot(scope, root ?? 0, options)
      return callPacked(scope, 'reduce', value, onRoot, sameLength, running(reduce, scope, op, root))
    }
    return reduce(scope, value, op as OpLike<unknown>, root, options)
  }

  /**
   * Combines one value of every rank with `op` and gives the result to all.
   *
   * All ranks call it with the same op. Typed arrays have the same element type and length on all ranks and
   * are combined element by element, but as wholes by a user function that is not `elementwise`. Any other
   * value is combined as a whole. Operands keep the order of ranks; all ranks get the same bits.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements, which is what
   * ops get.
   * @param options `into`: where the typed array goes. It may be the input itself.
   * @returns the result. When it resolves the input may be overwritten.
   * @throws OpError if the op does not apply to the value; TypeMismatchError, CountError or BufferError for
   *   `into`; CollectiveMismatchError if another rank passes another op, type or length.
   * @see MPI-4.1 §6.9.6; examples/mpi/03-pi.ts
   */
  allreduce<B extends Vector>(value: Vector, op: OpLike<NoInfer<B>> | undefined, options: Into<B>): Promise<B>
  allreduce<T>(value: T, op?: OpLike<NoInfer<T>>, options?: IntoOptions): Promise<Reduced<T>>
  allreduce(value: unknown, op?: unknown, options?: IntoOptions): Promise<unknown> {
    const scope = this.#scope
    if (needsPacking(value, options))
      return callPacked(scope, 'allreduce', value, options, sameLength, running(allreduce, scope, op))
    return allreduce(scope, value, op as OpLike<unknown>, options)
  }

  /**
   * Combines one vector of every rank with `op`, and gives each rank its part of the result.
   *
   * All ranks call it with the same op and a typed array of the same element type and length, which is cut in
   * `size` equal blocks or as `counts` says; or with a list of `size` items. Typed arrays are combined element
   * by element, but as wholes by a user function that is not `elementwise`; items one by one. Operands keep
   * the order of ranks.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements, which is what
   * ops get.
   * @param options `counts`; `into`: where this rank's block goes. It may be the rank's own block of the input.
   * @returns block or item `rank` of the result. When it resolves the input may be overwritten.
   * @throws OpError if the op does not apply to the values; TypeMismatchError, CountError or BufferError for
   *   arguments; CollectiveMismatchError if another rank passes another op, type, length or counts.
   * @see MPI-4.1 §6.10
   */
  reduceScatter<B extends Vector>(
    values: Vector,
    op: OpLike<NoInfer<B>> | undefined,
    options: ReduceScatterOptions<B> & { readonly into: B },
  ): Promise<B>
  reduceScatter<B extends Vector>(
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
    values: Vector | readonly unknown[],
    op?: unknown,
    options?: ReduceScatterOptions,
  ): Promise<unknown> {
    const scope = this.#scope
    if (needsPacking(values, options)) {
      const form = cutting(scope, options?.counts)
      return callPacked(scope, 'reduceScatter', values, options, form, running(reduceScatter, scope, op))
    }
    return reduceScatter(scope, values as readonly unknown[], op as OpLike<unknown>, options)
  }

  /**
   * Gives each rank the combination of its own value and those of all lower ranks.
   *
   * All ranks call it with the same op. Typed arrays have the same element type and length on all ranks and
   * are combined element by element, but as wholes by a user function that is not `elementwise`. Any other
   * value is combined as a whole. Operands keep the order of ranks.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements, which is what
   * ops get.
   * @param options `into`: where the typed array goes. It may be the input itself.
   * @returns value 0 op ... op value `rank`. When it resolves the input may be overwritten.
   * @throws OpError if the op does not apply to the value; TypeMismatchError, CountError or BufferError for
   *   `into`; CollectiveMismatchError if another rank passes another op, type or length.
   * @see MPI-4.1 §6.11.1
   */
  scan<B extends Vector>(value: Vector, op: OpLike<NoInfer<B>> | undefined, options: Into<B>): Promise<B>
  scan<T>(value: T, op?: OpLike<NoInfer<T>>, options?: IntoOptions): Promise<Reduced<T>>
  scan(value: unknown, op?: unknown, options?: IntoOptions): Promise<unknown> {
    const scope = this.#scope
    if (needsPacking(value, options))
      return callPacked(scope, 'scan', value, options, sameLength, running(scan, scope, op))
    return scan(scope, value, op as OpLike<unknown>, options)
  }

  /**
   * Gives each rank the combination of the values of all lower ranks, without its own.
   *
   * All ranks call it with the same op. Typed arrays have the same element type and length on all ranks and
   * are combined element by element, but as wholes by a user function that is not `elementwise`. Any other
   * value is combined as a whole. Operands keep the order of ranks.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements, which is what
   * ops get.
   * @param options `into`: where the typed array goes. It may be the input itself. Rank 0 leaves it alone.
   * @returns value 0 op ... op value `rank - 1`; `undefined` on rank 0, which has nothing below it. When it
   *   resolves the input may be overwritten.
   * @throws OpError if the op does not apply to the value; TypeMismatchError, CountError or BufferError for
   *   `into`; CollectiveMismatchError if another rank passes another op, type or length.
   * @see MPI-4.1 §6.11.2
   */
  exscan<B extends Vector>(
    value: Vector,
    op: OpLike<NoInfer<B>> | undefined,
    options: Into<B>,
  ): Promise<B | undefined>
  exscan<T>(value: T, op?: OpLike<NoInfer<T>>, options?: IntoOptions): Promise<Reduced<T> | undefined>
  exscan(value: unknown, op?: unknown, options?: IntoOptions): Promise<unknown> {
    const scope = this.#scope
    if (needsPacking(value, options))
      return callPacked(scope, 'exscan', value, options, sameLength, running(exscan, scope, op))
    return exscan(scope, value, op as OpLike<unknown>, options)
  }
}
