/**
 * Which algorithm reduces to root.
 *
 *     value                  ranks   bytes       algorithm        why
 *     any                    1, 2    any         direct           one message does it
 *                            3 - 32  few         direct           one latency; see allreduce/select.ts
 *     not an array, or not   more    more        binomial         fewest latencies
 *       an elementwise op
 *     array, elementwise op  more    < 256 KiB   binomial
 *                            more    more        halving-gather   each rank reduces only a part, and root
 *                                                                 takes in 2 n bytes instead of n lg p
 *
 *     bracketed by rank alone: binomial instead of halving-gather unless there are 2^k ranks
 *
 * Over several hosts: as with allreduce, a host's ranks to its leader, and the leaders by the table above.
 *
 * On a board:
 *
 *     array, elementwise op  2       any                   root combines, window by window: the other one copies
 *                                                          while root does, and reads nothing
 *                            more    (p - 1) n <= 64 KiB   root combines: one hand-off
 *                            more    more                  sliced: each rank combines only a part
 *     anything else          any     any                   root gets all operands
 */

import type { Board } from '../../../transport/board.ts'
import type { Block } from '../../../wire/block.ts'
import type { Op } from '../../op.ts'
import { isDirect } from '../allreduce/direct.ts'
import type { Steps } from '../board/steps.ts'
import type { Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'
import { binomial } from './binomial.ts'
import { directReduce } from './direct.ts'
import { halvingGather } from './halving-gather.ts'
import { reduceByRoot, reduceSliced } from './on-board.ts'

const LARGE_BYTES = 256 * 1024

/** An algorithm that works on parts of arrays: `out`, on root, becomes the result. */
export type ArrayReduce = (
  endpoint: Endpoint,
  op: Op,
  input: Block,
  out: Block,
  root: number,
) => Promise<void>

/** The algorithm for an array and an elementwise op; null: one that moves whole operands. */
export function selectReduce(bytes: number, size: number, byRank = false): ArrayReduce | null {
  const powerOfTwo = (size & (size - 1)) === 0
  return size > 2 && bytes >= LARGE_BYTES && (powerOfTwo || !byRank) ? halvingGather : null
}

/** An algorithm that moves whole operands; resolves to the result on root. */
export type CarriedReduce = <P>(
  endpoint: Endpoint,
  carrier: Carrier<P>,
  own: P,
  root: number,
) => Promise<P | undefined>

/** The algorithm for operands of so many bytes that travel as wholes. */
export function selectCarriedReduce(bytes: number, size: number): CarriedReduce {
  return size <= 2 || isDirect(bytes, size) ? directReduce : binomial
}

/** Bytes that root combines at most in order to save a hand-off. */
const ONE_HAND_OFF_BYTES = 64 * 1024

/** An algorithm on a board: `out`, on root, becomes the result. */
export type BoardReduce = (board: Board, op: Op, input: Block, out: Block, root: number) => Steps<void>

/** The algorithm for an array and an elementwise op on a board. */
export function selectReduceOnBoard(bytes: number, size: number): BoardReduce {
  return size === 2 || bytes * (size - 1) <= ONE_HAND_OFF_BYTES ? reduceByRoot : reduceSliced
}
