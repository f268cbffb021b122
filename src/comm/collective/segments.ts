/**
 * Long blocks that are received to be combined: in segments, so that memory for a few of them is enough, and
 * a segment is combined while the next ones are under way. Both ends must use these functions.
 */

import { Block } from '../../wire/block.ts'
import { elementSize } from '../../wire/datatype.ts'
import type { Op } from '../op.ts'
import type { Endpoint } from './endpoint.ts'
import { windowed } from './exchange.ts'
import { lengthOf } from './partition.ts'

/** Long enough for a message's latency to be small beside its transfer, short enough to stay in a cache. */
const SEGMENT_BYTES = 512 * 1024
/** Under way at once: one arrives while one is combined. */
const SEGMENTS_AHEAD = 2

/** Sends `block` in segments. */
export function sendSegments(endpoint: Endpoint, block: Block, dest: number): Promise<void> {
  const segments = new Segments(block)
  return windowed(segments.count, SEGMENTS_AHEAD, (i) => endpoint.send(segments.of(block, i), dest))
}

/** Which operand comes from lower ranks: what is received or what is here. */
export type Order = 'received op mine' | 'mine op received'

/** Receives what {@link sendSegments} sends and puts it, combined with `mine`, in `out`, which may be `mine`. */
export function receiveCombined(
  endpoint: Endpoint,
  source: number,
  op: Op,
  order: Order,
  mine: Block,
  out: Block,
): Promise<void> {
  const segments = new Segments(mine)
  const room = Array.from({ length: Math.min(SEGMENTS_AHEAD, segments.count) }, () =>
    Block.allocate(mine.type, segments.length * elementSize(mine.type)),
  )
  return windowed(segments.count, SEGMENTS_AHEAD, async (i, lane) => {
    const here = segments.of(mine, i).array()
    const received = room[lane]!.slice(0, here.length)
    await endpoint.recvInto(received, source)
    const there = received.array()
    const target = segments.of(out, i).array()
    if (order === 'received op mine') op.combineArrays(there, here, target)
    else op.combineArrays(here, there, target)
  })
}

/** How a block is cut; the same for all blocks of one type and length. */
export class Segments {
  readonly count: number
  /** Elements of a segment; the last may have fewer. */
  readonly length: number
  readonly #total: number

  constructor(block: Block, bytes = SEGMENT_BYTES) {
    this.#total = lengthOf(block)
    this.length = Math.min(this.#total, bytes / elementSize(block.type))
    this.count = this.#total === 0 ? 0 : Math.ceil(this.#total / this.length)
  }

  of(block: Block, i: number): Block {
    return block.slice(i * this.length, Math.min(this.#total, (i + 1) * this.length))
  }
}
