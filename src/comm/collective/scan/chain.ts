import { Block } from '../../../wire/block.ts'
import { elementSize } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import type { Endpoint } from '../endpoint.ts'
import { Segments } from '../segments.ts'

/** Long enough for a message's latency to be small beside its transfer, short enough for many ranks to work at once. */
export const SEGMENT_BYTES = 128 * 1024
/** Under way at once: one comes, or goes, while one is combined. */
const AHEAD = 2

/**
 * From rank to rank, in segments: a rank puts what comes in front of its own segment and passes it on, while the
 * next one comes. `out`, which may be `own`, becomes the operands combined of all ranks up to this one, or below it
 * (`isExclusive`; on rank 0 it is left as it is).
 *
 * In rank order, for any elementwise op and number of ranks; (n/s + p - 2)(alpha + s beta + s gamma). No rank
 * combines, sends or receives more than one vector.
 */
export async function chain(
  endpoint: Endpoint,
  op: Op,
  own: Block,
  out: Block,
  isExclusive: boolean,
): Promise<void> {
  const { rank, size } = endpoint
  const segments = new Segments(own, SEGMENT_BYTES)
  const isLast = rank === size - 1
  const below = rank === 0 ? [] : rooms(own, segments)
  const upToMe = isExclusive && !isLast ? rooms(own, segments) : []
  const receive = (i: number): Promise<Block> => {
    const into = below[i % AHEAD]!.slice(0, segments.of(own, i).count)
    const receiving = endpoint.recvInto(into, rank - 1).then(() => into)
    // If one fails, the call fails with it; those behind it have then nobody to tell.
    receiving.catch(() => {})
    return receiving
  }
  const receiving = below.map((_, i) => receive(i))
  const sending: Promise<void>[] = []
  for (let i = 0; i < segments.count; i++) {
    const lane = i % AHEAD
    const mine = segments.of(own, i)
    const result = segments.of(out, i)
    // The memory of this lane is used again.
    await sending[lane]
    let partial = mine
    if (rank > 0) {
      const theirs = await receiving[lane]!
      if (!isExclusive) partial = combined(op, theirs, mine, result)
      else {
        if (!isLast) partial = combined(op, theirs, mine, upToMe[lane]!.slice(0, mine.count))
        result.set(theirs)
      }
      if (i + AHEAD < segments.count) receiving[lane] = receive(i + AHEAD)
    } else if (!isExclusive && !result.sameMemory(mine)) result.set(mine)
    if (isLast) continue
    sending[lane] = endpoint.send(partial, rank + 1)
    sending[lane].catch(() => {})
  }
  await Promise.all(sending)
}

function combined(op: Op, low: Block, high: Block, out: Block): Block {
  op.combineArrays(low.array(), high.array(), out.array())
  return out
}

/** Memory for the segments under way. */
function rooms({ type }: Block, { count, length }: Segments): Block[] {
  return Array.from({ length: Math.min(AHEAD, count) }, () =>
    Block.allocate(type, length * elementSize(type)),
  )
}
