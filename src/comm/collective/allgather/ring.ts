import type { Block } from '../../../wire/block.ts'
import type { Endpoint } from '../endpoint.ts'

/**
 * Ring: in each of p - 1 steps a rank passes on to the next one the block that it got in the step before,
 * its own at first. Only neighbours talk, so with ranks placed host by host each link between hosts carries
 * every block once. Any number of ranks, blocks of any lengths anywhere; (p - 1)(alpha + n beta).
 *
 * This rank's own block is filled.
 */
export async function ring(endpoint: Endpoint, blocks: readonly Block[]): Promise<void> {
  const { rank, size } = endpoint
  const next = (rank + 1) % size
  const previous = (rank + size - 1) % size
  for (let step = 0; step < size - 1; step++) {
    const passed = blocks[(rank + size - step) % size]!
    const coming = blocks[(previous + size - step) % size]!
    await Promise.all([endpoint.recvInto(coming, previous), endpoint.send(passed, next)])
  }
}
