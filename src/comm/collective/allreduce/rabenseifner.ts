import type { Block } from '../../../wire/block.ts'
import type { Op } from '../../op.ts'
import type { Endpoint } from '../endpoint.ts'
import { halving, rangeOf, slice } from '../halving.ts'
import { lengthOf } from '../partition.ts'

/**
 * Rabenseifner's algorithm (2004): reduce-scatter by recursive halving (halving.ts), then allgather by the
 * same exchanges backwards, each of which doubles the range a rank has.
 *
 * For any elementwise op; gives the same bits as recursive doubling. For long vectors on 2^k ranks:
 * 2 lg p alpha + (2 n beta + n gamma)(p - 1)/p. Other numbers of ranks pay n (2 beta + gamma) more.
 */
export async function rabenseifner(endpoint: Endpoint, op: Op, input: Block, out: Block): Promise<void> {
  const { vsize, vrank, partner, rankOf } = await halving(endpoint, op, input, out)
  if (vrank < 0) return endpoint.recvInto(out, partner)
  const length = lengthOf(out)
  for (let distance = vsize / 2; distance >= 1; distance /= 2) {
    const vpeer = vrank ^ distance
    const peer = rankOf(vpeer)
    await Promise.all([
      endpoint.recvInto(slice(out, rangeOf(vpeer, distance * 2, length)), peer),
      endpoint.send(slice(out, rangeOf(vrank, distance * 2, length)), peer),
    ])
  }
  if (partner >= 0) await endpoint.send(out, partner)
}
