import type { Block } from '../../wire/block.ts'
import type { Op } from '../op.ts'
import type { Endpoint } from './endpoint.ts'
import { type Fold, fold } from './fold.ts'
import { lengthOf } from './partition.ts'
import { receiveCombined, sendSegments } from './segments.ts'

/** Elements `start` up to, not including, `end`. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Recursive vector halving with distance doubling: the first half of Rabenseifner's algorithm (2004).
 *
 * In the round of distance d a rank and the one whose vrank differs in bit d cut their common range in two;
 * each sends the other half and combines the one it keeps. So after all rounds a rank has the result for the
 * range `rangeOf(vrank)`, one 2^k-th of the whole, in its place in `out`. Because distances grow, partials
 * cover neighbouring ranks and are combined in rank order, for any elementwise op, with the very bracketing
 * of allreduce/recursive-doubling.ts. Surplus ranks give all to their partners and sit out (fold.ts).
 *
 * `out` may be `input`; it is written only in the rank's own range, and as a whole by ranks with a partner.
 * lg p alpha + (n beta + n gamma)(p - 1)/p, and for folding alpha + n beta + n gamma.
 */
export async function halving(endpoint: Endpoint, op: Op, input: Block, out: Block): Promise<Fold> {
  const folded = fold(endpoint.rank, endpoint.size)
  const { vsize, vrank, partner, rankOf } = folded
  if (vrank < 0) {
    await sendSegments(endpoint, input, partner)
    return folded
  }
  if (vsize === 1) out.set(input)
  let mine = input
  if (partner >= 0) {
    await receiveCombined(endpoint, partner, op, 'received op mine', mine, out)
    mine = out
  }
  let range: Range = { start: 0, end: lengthOf(input) }
  for (let distance = 1; distance < vsize; distance *= 2) {
    const vpeer = vrank ^ distance
    const peer = rankOf(vpeer)
    const kept = half(range, vrank, distance)
    const given = half(range, vpeer, distance)
    const order = vpeer < vrank ? 'received op mine' : 'mine op received'
    await Promise.all([
      receiveCombined(endpoint, peer, op, order, slice(mine, kept), slice(out, kept)),
      sendSegments(endpoint, slice(mine, given), peer),
    ])
    mine = out
    range = kept
  }
  return folded
}

/** The range whose result `vrank` has after the rounds below `distance`. */
export function rangeOf(vrank: number, distance: number, length: number): Range {
  let range: Range = { start: 0, end: length }
  for (let d = 1; d < distance; d *= 2) range = half(range, vrank, d)
  return range
}

export function slice(block: Block, { start, end }: Range): Block {
  return block.slice(start, end)
}

/** The half of `range` that a rank keeps in the round of `distance`. */
function half({ start, end }: Range, vrank: number, distance: number): Range {
  const middle = start + Math.floor((end - start) / 2)
  return vrank & distance ? { start: middle, end } : { start, end: middle }
}
