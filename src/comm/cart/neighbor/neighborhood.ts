/**
 * The neighbours of a rank, and the exchange of one message with each: what all neighbour collectives are made
 * of (MPI-4.1 §8.6). Nothing here knows where the neighbours come from.
 */

import type { Block } from '../../../wire/block.ts'
import type { Endpoint } from '../../collective/endpoint.ts'
import type { Grid } from '../grid.ts'

export interface Neighborhood {
  /** Whom this rank receives from, in the order of its receive blocks. Null: nobody. A rank may be there twice. */
  readonly sources: readonly (number | null)[]
  /** Whom this rank sends to, in the order of its send blocks. Null: nobody. */
  readonly dests: readonly (number | null)[]
  /**
   * All places in `sources`, so that those of one and the same rank are in the order in which that rank has
   * this one in its `dests`. That is the order in which its messages come.
   */
  readonly order: readonly number[]
}

/**
 * The neighbours in a grid: for each dimension the one below, then the one above.
 *
 * What a rank sends down comes from above. So of what two ranks exchange along one dimension, which are each
 * other's neighbour on both sides where it is a ring of two, the message sent first, downwards, is the one that
 * the other receives from above; and likewise what a rank in a ring of one sends to itself (MPI-4.1 §8.6.1).
 */
export function neighborhoodIn(grid: Grid, rank: number): Neighborhood {
  const neighbors = grid.dims.flatMap((_, d) => [grid.shifted(rank, d, -1), grid.shifted(rank, d, 1)])
  const order = grid.dims.flatMap((_, d) => [2 * d + 1, 2 * d])
  return { sources: neighbors, dests: neighbors, order }
}

/**
 * Sends block `out(i)` to each `dests[i]`, and takes what each `sources[i]` sends by `take(i, source, own)`; `own`
 * is the block if it comes from this rank itself, else `take` receives the message. Every message begins its way
 * inside the call, receives first, so that what comes finds its place.
 */
export async function exchange(
  endpoint: Endpoint,
  { sources, dests, order }: Neighborhood,
  out: (i: number) => Block,
  take: (i: number, source: number, own: Block | null) => Promise<void>,
): Promise<void> {
  const { rank } = endpoint
  const toSelf = [...dests.keys()].filter((i) => dests[i] === rank)
  const under: Promise<void>[] = []
  for (const i of order) {
    const source = sources[i]!
    if (source === null) continue
    under.push(take(i, source, source === rank ? out(toSelf.shift()!) : null))
  }
  for (const [i, dest] of dests.entries()) {
    if (dest !== null && dest !== rank) under.push(endpoint.send(out(i), dest))
  }
  await Promise.all(under)
}

/** A way for `exchange` to take blocks of known length: into `place(i)`. */
export function into(endpoint: Endpoint, place: (i: number) => Block) {
  return async (i: number, source: number, own: Block | null): Promise<void> => {
    if (own === null) await endpoint.recvInto(place(i), source)
    else place(i).set(own)
  }
}

/** A way for `exchange` to take items or blocks of any length: each is given to `use`. */
export function whole(endpoint: Endpoint, use: (i: number, block: Block) => void) {
  return async (i: number, source: number, own: Block | null): Promise<void> =>
    use(i, own ?? (await endpoint.recv(source)))
}
