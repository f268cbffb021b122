/**
 * Which algorithm reduces to root.
 *
 *     value                  ranks   bytes       algorithm        why
 *     not an array, or not   any     any         binomial         fewest latencies
 *       an elementwise op
 *     array, elementwise op  1, 2    any         binomial         one message does it
 *                            more    < 256 KiB   binomial
 *                            more    more        halving-gather   each rank reduces only a part, and root
 *                                                                 takes in 2 n bytes instead of n lg p
 *
 * On a board:
 *
 *     array, elementwise op  any     (p - 1) n <= 64 KiB   root combines: one hand-off
 *                            any     more                  sliced: each rank combines only a part
 *     anything else          any     any                   root gets all operands
 */

import type { Board } from '../../../transport/board.ts'
import type { Block } from '../../../wire/block.ts'
import type { Op } from '../../op.ts'
import type { Steps } from '../board/steps.ts'
import type { Endpoint } from '../endpoint.ts'
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

/** The algorithm for an array and an elementwise op; null stands for the binomial tree. */
export function selectReduce(bytes: number, size: number): ArrayReduce | null {
  return size > 2 && bytes >= LARGE_BYTES ? halvingGather : null
}

/** Bytes that root combines at most in order to save a hand-off. */
const ONE_HAND_OFF_BYTES = 64 * 1024

/** An algorithm on a board: `out`, on root, becomes the result. */
export type BoardReduce = (board: Board, op: Op, input: Block, out: Block, root: number) => Steps<void>

/** The algorithm for an array and an elementwise op on a board. */
export function selectReduceOnBoard(bytes: number, size: number): BoardReduce {
  return bytes * (size - 1) <= ONE_HAND_OFF_BYTES ? reduceByRoot : reduceSliced
}
