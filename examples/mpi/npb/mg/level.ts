/**
 * The grids of MG: n³ points, periodic, in slabs of whole planes, with a layer of ghost points all round.
 *
 * Each coarser grid has half the planes, and the rank that has fine plane 2 j + 1 has coarse plane j, so all the planes
 * that a rank needs from others are the two next to its own. Where planes get few, every rank has the whole grid
 * and does all of the little work: that is quicker than to ask.
 */

import type { Communicator } from 'tsmpi'
import { type Blocks, blocks, fromStarts } from '../common/blocks.ts'

/** Grids of this side and smaller are whole on every rank. */
const WHOLE = 16

export interface Level {
  /** Points along a side, and with ghosts. */
  readonly n: number
  readonly side: number
  /** The first of this rank's planes, and how many they are. */
  readonly first: number
  readonly planes: number
  /** Which planes each rank computes when it restricts to this grid. */
  readonly share: Blocks
  /** Whether this rank has all planes, whoever computed them. */
  readonly whole: boolean
  readonly u: Float64Array
  readonly r: Float64Array
}

/** All grids from side 2 to `n`, coarsest first. */
export function makeLevels(n: number, rank: number, size: number): Level[] {
  const levels: Level[] = []
  let share = blocks(n, size)
  let whole = size === 1
  for (let side = n; side >= 2; side /= 2) {
    if (side < n) {
      share = fromStarts(share.starts.map((start) => Math.floor(start / 2)))
      whole ||= side <= WHOLE || Math.min(...share.counts) < 2
    }
    levels.unshift(makeLevel(side, share, whole, rank))
  }
  return levels
}

function makeLevel(n: number, share: Blocks, whole: boolean, rank: number): Level {
  const side = n + 2
  const planes = whole ? n : share.counts[rank]!
  const points = side * side * (planes + 2)
  const first = whole ? 0 : share.starts[rank]!
  const [u, r] = [new Float64Array(points), new Float64Array(points)]
  return { n, side, first, planes, share, whole, u, r }
}

/** Refreshes the ghost points of `grid`. Those at the ends of rows are in order already: see operators.ts. */
export async function refreshGhosts(comm: Communicator, level: Level, grid: Float64Array): Promise<void> {
  const { n, side, planes, whole } = level
  const plane = side * side
  for (let k = 1; k <= planes; k++) {
    const base = k * plane
    grid.copyWithin(base, base + n * side, base + (n + 1) * side)
    grid.copyWithin(base + (n + 1) * side, base + side, base + 2 * side)
  }
  if (whole) {
    grid.copyWithin(0, planes * plane, (planes + 1) * plane)
    grid.copyWithin((planes + 1) * plane, plane, 2 * plane)
    return
  }
  const { rank, size } = comm
  const below = (rank + size - 1) % size
  const above = (rank + 1) % size
  const at = (k: number): Float64Array => grid.subarray(k * plane, (k + 1) * plane)
  // Both ways at once; with two ranks both neighbours are the same, and the tag tells the planes apart.
  await Promise.all([
    comm.recv(below, { tag: 1, into: at(0) }),
    comm.recv(above, { tag: 2, into: at(planes + 1) }),
    comm.send(at(planes), above, { tag: 1 }),
    comm.send(at(1), below, { tag: 2 }),
  ])
}

/** Gives every rank the planes of a whole grid that the others have computed. */
export async function completePlanes(comm: Communicator, level: Level, grid: Float64Array): Promise<void> {
  const { n, side, share } = level
  const plane = side * side
  const data = grid.subarray(plane, (n + 1) * plane)
  const counts = share.counts.map((count) => count * plane)
  const start = share.starts[comm.rank]! * plane
  await comm.allgatherv(data.subarray(start, start + counts[comm.rank]!), { into: { data, counts } })
}
