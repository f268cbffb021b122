import type { Block } from '../../../wire/block.ts'
import type { Endpoint } from '../endpoint.ts'
import { joined } from '../partition.ts'

/**
 * Bruck's dissemination (Bruck, Ho, Kipnis, Upfal, Weathersby 1997), without its final rotation.
 *
 * Before the round of distance d a rank holds the d blocks from its own on, cyclically. It sends them to
 * the rank d below and receives the next d from the rank d above, so d doubles; the last round moves only
 * what is missing. Blocks lie at their final place all the time, in one or, around the end, two runs.
 * Any number of ranks; ceil(lg p) alpha + (p - 1) n beta.
 *
 * `blocks` lie one after another, and this rank's own one is filled. A rank `complete` has all blocks
 * already: it only sends.
 */
export async function bruck(endpoint: Endpoint, blocks: readonly Block[], complete = -1): Promise<void> {
  const { rank, size } = endpoint
  for (let distance = 1; distance < size; distance *= 2) {
    const count = Math.min(distance, size - distance)
    const below = (rank + size - distance) % size
    const above = (rank + distance) % size
    const round: Promise<void>[] = []
    if (rank !== complete) {
      for (const run of runs(blocks, above, count)) round.push(endpoint.recvInto(run, above))
    }
    if (below !== complete) {
      for (const run of runs(blocks, rank, count)) round.push(endpoint.send(run, below))
    }
    await Promise.all(round)
  }
}

function runs(blocks: readonly Block[], first: number, count: number): Block[] {
  const size = blocks.length
  const end = first + count
  if (end <= size) return [joined(blocks[first]!, blocks[end - 1]!)]
  return [joined(blocks[first]!, blocks[size - 1]!), joined(blocks[0]!, blocks[end - size - 1]!)]
}
