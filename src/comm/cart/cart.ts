/** A communicator whose ranks lie in a grid: one-line forwards, with the types and the documentation. */

import type { Raw } from '../../wire/datatype.ts'
import type { Strided } from '../../wire/layout/nd-view.ts'
import type { CollectiveOptions } from '../collective/endpoint.ts'
import type {
  ArrayOf,
  IntoOptions,
  ReceivedBlocks,
  VBlocks,
  VIntoOptions,
  WBlock,
  WIntoOptions,
} from '../collective/types.ts'
import { Communicator } from '../communicator.ts'
import type { Core } from '../core.ts'
import { callPacked, needsPacking } from '../layout/collective.ts'
import { amongNeighbors } from '../layout/form.ts'
import { callPackedV, needsPackingV } from '../layout/v-forms.ts'
import { dup } from '../make-communicator.ts'
import { checkCoords, checkPlace, checkShift } from './check.ts'
import type { Grid } from './grid.ts'
import { sub } from './make-cart.ts'
import { neighborAllgather } from './neighbor/allgather.ts'
import { neighborAllgatherv } from './neighbor/allgatherv.ts'
import { neighborAlltoall } from './neighbor/alltoall.ts'
import { neighborAlltoallv } from './neighbor/alltoallv.ts'
import { neighborAlltoallw } from './neighbor/alltoallw.ts'
import { type Neighborhood, neighborhoodIn } from './neighbor/neighborhood.ts'
import type { Coords, Flags, Kept, NeighborGathered, Shift } from './types.ts'

/** Options that name where a vector goes. */
type Into<B extends Raw | Strided> = IntoOptions<B> & { readonly into: B }

/**
 * A communicator whose ranks lie in a grid of `dims` places, with everything that other communicators have.
 *
 * Ranks are in row-major order: the last coordinate varies fastest. `createCart` makes one.
 * @see MPI-4.1 §8.5
 */
export class Cart<D extends readonly number[] = readonly number[]> extends Communicator {
  /** Places in each dimension. @see MPI-4.1 §8.5.5, MPI_Cart_get */
  readonly dims: Readonly<Coords<D>>
  /** Whether each dimension is closed to a ring. @see MPI-4.1 §8.5.5, MPI_Cart_get */
  readonly periods: Flags<D>
  /** This rank's place in each dimension, from 0. @see MPI-4.1 §8.5.5, MPI_Cart_get */
  readonly coords: Readonly<Coords<D>>
  /**
   * The neighbours in the order of the neighbour collectives: for each dimension the one below, then the one
   * above; null beyond an open edge. In a ring of two or of one both are the same rank.
   * @see MPI-4.1 §8.6
   */
  readonly neighbors: readonly (number | null)[]
  readonly #core: Core
  readonly #grid: Grid
  readonly #neighborhood: Neighborhood

  /** Internal: programs get these from `createCart`. */
  constructor(core: Core, grid: Grid) {
    super(core)
    this.#core = core
    this.#grid = grid
    this.dims = grid.dims as Readonly<Coords<D>>
    this.periods = grid.periods as Flags<D>
    this.#neighborhood = neighborhoodIn(grid, core.rank)
    this.neighbors = Object.freeze(this.#neighborhood.sources)
    this.coords = Object.freeze(grid.coordsOf(core.rank)) as Readonly<Coords<D>>
  }

  /**
   * The coordinates of a rank. No messages.
   * @throws RankError if there is no such rank
   * @see MPI-4.1 §8.5.5, MPI_Cart_coords
   */
  coordsOf(rank: number): Coords<D> {
    checkPlace(rank, this.size, this.#where('coordsOf'))
    return this.#grid.coordsOf(rank) as Coords<D>
  }

  /**
   * The rank at these coordinates. In a dimension closed to a ring any integer will do: it wraps around. No
   * messages.
   * @throws RankError beyond the edge of an open dimension
   * @see MPI-4.1 §8.5.5, MPI_Cart_rank
   */
  rankOf(coords: Readonly<Coords<D>>): number {
    return checkCoords(this.#grid, coords, this.#where('rankOf'))
  }

  /**
   * Whom this rank sends to and receives from if everybody sends the same way along one dimension: for
   * `sendrecv(value, dest, { source })`. Both are null beyond an open edge, which sends and receives take for
   * nobody. No messages.
   * @param direction the dimension, from 0
   * @param displacement places upwards, by default 1; negative: downwards
   * @see MPI-4.1 §8.5.6, MPI_Cart_shift; examples/mpi/14-cartesian-halo.ts
   */
  shift(direction: number, displacement = 1): Shift {
    checkShift(this.#grid.dims.length, direction, displacement, this.#where('shift'))
    return {
      source: this.#grid.shifted(this.rank, direction, -displacement),
      dest: this.#grid.shifted(this.rank, direction, displacement),
    }
  }

  /**
   * Makes a communicator of the ranks that differ from this one only in the dimensions to keep: with
   * `[false, true]` in two dimensions each row becomes one. Collective; all ranks keep the same.
   * @param keep true or false for each dimension. All false: each rank is alone, in a grid without dimensions.
   * @returns a grid of the dimensions kept, with their periods
   * @throws CountError if there are more or fewer flags than dimensions; CollectiveMismatchError if another rank
   *   keeps others
   * @see MPI-4.1 §8.5.7, MPI_Cart_sub; examples/mpi/14-cartesian-halo.ts
   */
  async sub<const K extends Flags<D> & readonly boolean[]>(keep: K): Promise<Cart<Kept<K>>> {
    const { core, grid } = await sub(this.#core, this.#grid, keep)
    return new Cart<Kept<K>>(core, grid)
  }

  /**
   * Makes a communicator of the same ranks in the same grid whose messages never meet those of this one.
   * Collective. Flows that run at the same time need one each.
   * @see MPI-4.1 §7.4.2, MPI_Comm_dup
   */
  override async dup(): Promise<Cart<D>> {
    return new Cart<D>(await dup(this.#core), this.#grid)
  }

  /**
   * Gives one value to every neighbour, and collects theirs, in the order of `neighbors`.
   *
   * All ranks call it. Typed arrays, of the same element type and length on all ranks, come one after another in
   * one typed array with a block per neighbour. Anything else is one item, and the result is a list with an item
   * per neighbour, each as `structuredClone` would make it. The place of a neighbour that does not exist is
   * left as it is: zeros in a new array, `undefined` in a list.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements.
   * @param options `into`: where the typed array goes; apart from the input.
   * @returns the values of the neighbours. When it resolves the input may be overwritten.
   * @throws TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if a neighbour
   *   passes another element type or length (for different lengths use `neighborAllgatherv`).
   * @see MPI-4.1 §8.6.1, MPI_Neighbor_allgather
   */
  neighborAllgather<B extends Raw | Strided>(value: Raw | Strided, options: Into<B>): Promise<B>
  neighborAllgather<T>(value: T, options?: IntoOptions): Promise<NeighborGathered<T>>
  neighborAllgather(value: unknown, options?: IntoOptions): Promise<unknown> {
    const { sources } = this.#neighborhood
    if (!needsPacking(value, options))
      return neighborAllgather(this.#core, this.#neighborhood, value, options)
    const form = amongNeighbors(sources, (length) => length * sources.length)
    return callPacked(this.#core, 'neighborAllgather', value, options, form, (v, o) =>
      neighborAllgather(this.#core, this.#neighborhood, v, o as IntoOptions),
    )
  }

  /**
   * Gives a typed array of any length to every neighbour, and collects theirs, in the order of `neighbors`.
   *
   * All ranks call it with a typed array of the same element type; the lengths travel.
   * The array, and the data of `into`, may be a layout or an ndarray-like: counts and displs are those of its
   * elements, in its order.
   * @param options `into`: `{ data, counts?, displs? }`, apart from the input. `data` may be longer than needed;
   *   `displs` says where each neighbour's block goes (default: one after another), and blocks must not overlap;
   *   `counts` must be what comes, and saves a copy. The place of a neighbour that does not exist is left as it is.
   * @returns `{ data, counts, displs }`, with count 0 for a neighbour that does not exist. When it resolves the
   *   input may be overwritten.
   * @throws TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if a neighbour
   *   passes another type, or lengths that do not fit `into`.
   * @see MPI-4.1 §8.6.1, MPI_Neighbor_allgatherv
   */
  neighborAllgatherv<B extends Raw | Strided, I extends Raw | Strided = ArrayOf<B>>(
    value: B,
    options?: VIntoOptions<I>,
  ): Promise<ReceivedBlocks<I>>
  neighborAllgatherv(value: unknown, options?: VIntoOptions<Raw | Strided>): Promise<unknown> {
    if (!needsPackingV(value, options))
      return neighborAllgatherv(this.#core, this.#neighborhood, value, options as VIntoOptions)
    return callPackedV(this.#core, 'neighborAllgatherv', value, options, (v, o) =>
      neighborAllgatherv(this.#core, this.#neighborhood, v, o as VIntoOptions),
    )
  }

  /**
   * Sends every neighbour a block of its own, and collects theirs for this rank, in the order of `neighbors`: the
   * exchange of halos.
   *
   * All ranks call it, with a typed array of the same element type and length, which is cut in equal blocks, one
   * per neighbour, or with a list of as many items. What goes down arrives from above, and the other way round,
   * in rings of two or of one too. Blocks for neighbours that do not exist count, and go nowhere; their places
   * in the result are left as they are: zeros in a new array, `undefined` in a list.
   * A layout or an ndarray-like, here and as `into`, is taken for the typed array of its elements. In a list it is
   * an item, and arrives as that array.
   * @param options `into`: where the typed array goes; apart from the input.
   * @returns what came: a typed array or a list. When it resolves the input may be overwritten.
   * @throws TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if a neighbour
   *   passes another element type or length (for different lengths use `neighborAlltoallv`).
   * @see MPI-4.1 §8.6.2, MPI_Neighbor_alltoall; examples/mpi/14-cartesian-halo.ts
   */
  neighborAlltoall<B extends Raw | Strided>(values: Raw | Strided, options: Into<B>): Promise<B>
  neighborAlltoall<B extends Raw | Strided>(values: B, options?: IntoOptions): Promise<ArrayOf<B>>
  neighborAlltoall<T>(values: readonly T[], options?: IntoOptions): Promise<(T | undefined)[]>
  neighborAlltoall(values: unknown, options?: IntoOptions): Promise<unknown> {
    const { sources, dests } = this.#neighborhood
    if (!needsPacking(values, options))
      return neighborAlltoall(this.#core, this.#neighborhood, values, options)
    const form = amongNeighbors(sources, (length) => (length * sources.length) / dests.length)
    return callPacked(this.#core, 'neighborAlltoall', values, options, form, (v, o) =>
      neighborAlltoall(this.#core, this.#neighborhood, v, o as IntoOptions),
    )
  }

  /**
   * Sends every neighbour a block of any length, and collects theirs for this rank, in the order of `neighbors`.
   *
   * All ranks call it with `{ data, counts, displs? }` of the same element type: `counts[i]` elements from
   * `displs[i]` on (default: one block after another) go to neighbour i; blocks may overlap. The lengths travel.
   * The data, here and of `into`, may be a layout or an ndarray-like: counts and displs are those of its elements,
   * in its order.
   * @param options `into`: `{ data, counts?, displs? }`, apart from the input. `data` may be longer than needed;
   *   `displs` says where each neighbour's block goes (default: one after another), and blocks must not overlap;
   *   `counts` must be what comes, and saves a copy. The place of a neighbour that does not exist is left as it is.
   * @returns `{ data, counts, displs }`, with count 0 for a neighbour that does not exist. When it resolves the
   *   input may be overwritten.
   * @throws TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if a neighbour
   *   passes another type, or lengths that do not fit `into`.
   * @see MPI-4.1 §8.6.2, MPI_Neighbor_alltoallv
   */
  neighborAlltoallv<B extends Raw | Strided, I extends Raw | Strided = ArrayOf<B>>(
    blocks: VBlocks<B>,
    options?: VIntoOptions<I>,
  ): Promise<ReceivedBlocks<I>>
  neighborAlltoallv(blocks: VBlocks<Raw | Strided>, options?: VIntoOptions<Raw | Strided>): Promise<unknown> {
    if (!needsPackingV(blocks, options))
      return neighborAlltoallv(this.#core, this.#neighborhood, blocks as VBlocks, options as VIntoOptions)
    return callPackedV(this.#core, 'neighborAlltoallv', blocks, options, (v, o) =>
      neighborAlltoallv(this.#core, this.#neighborhood, v as VBlocks, o as VIntoOptions),
    )
  }

  /**
   * Sends every neighbour a block of any element type and length, and in any layout, and collects theirs for this
   * rank, in the order of `neighbors`: the exchange of halos within one array.
   *
   * All ranks call it with a list of blocks, one per neighbour: typed arrays, layouts, ndarray-likes, or null for
   * nothing. Blocks for neighbours that do not exist count, and go nowhere.
   * @param options `into`: a list with a place for the block of each neighbour, of exactly its element type and
   *   length; null, or of length 0: nothing comes. Places must not share memory with each other. With `blocks` they
   *   may: what is sent is what these held when the call was made. The place of a neighbour that does not exist is
   *   left as it is.
   * @returns `into`, or a list of new typed arrays, packed, with null where a neighbour has sent null or does not
   *   exist. When it resolves the blocks may be overwritten.
   * @throws TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if what a neighbour
   *   sends is not what its place is for.
   * @see MPI-4.1 §8.6.2, MPI_Neighbor_alltoallw
   */
  neighborAlltoallw<const I extends readonly WBlock[]>(
    blocks: readonly WBlock[],
    options: WIntoOptions<I> & { readonly into: I },
  ): Promise<I>
  neighborAlltoallw<B extends Raw>(
    blocks: readonly WBlock<B>[],
    options?: CollectiveOptions,
  ): Promise<(ArrayOf<B> | null)[]>
  neighborAlltoallw(blocks: readonly WBlock[], options?: WIntoOptions): Promise<unknown> {
    return neighborAlltoallw(this.#core, this.#neighborhood, blocks, options)
  }

  #where(call: string): string {
    return `${call} on ${this.label}, rank ${this.rank} of ${this.size}`
  }
}
