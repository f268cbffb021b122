import type { Block } from '../../../wire/block.ts'
import type { Op } from '../../op.ts'
import { ring as allgatherRing } from '../allgather/ring.ts'
import type { Endpoint } from '../endpoint.ts'
import { cut } from '../partition.ts'
import { receiveCombined, sendSegments } from '../segments.ts'

/**
 * Ring (Patarasuk, Yuan 2009): the vector is cut in a chunk per rank. For p - 1 steps a rank passes a partial
 * chunk to the next rank and combines the one it gets with its own; then each rank has one finished chunk,
 * and p - 1 steps more pass those around. Chunks travel in segments (segments.ts).
 *
 * A chunk collects its operands in ring order from its own rank on: for commutative elementwise ops only.
 * Any number of ranks, with nothing to pay for odd ones; 2 (p - 1) alpha + (2 n beta + n gamma)(p - 1)/p.
 */
export async function ring(endpoint: Endpoint, op: Op, input: Block, out: Block): Promise<void> {
  const { rank, size } = endpoint
  const inputs = cut(input, size)
  const results = cut(out, size)
  const next = (rank + 1) % size
  const previous = (rank + size - 1) % size
  if (size === 1) out.set(input)
  for (let step = 0; step < size - 1; step++) {
    const going = (rank + size - step) % size
    const coming = (previous + size - step) % size
    await Promise.all([
      receiveCombined(endpoint, previous, op, 'received op mine', inputs[coming]!, results[coming]!),
      sendSegments(endpoint, (step === 0 ? inputs : results)[going]!, next),
    ])
  }
  // This rank's finished chunk is the next rank's: counted from there the ring is the usual one.
  const turned = results.map((_, chunk) => results[(chunk + 1) % size]!)
  await allgatherRing(endpoint, turned)
}
