/**
 * Which algorithm reduces for all ranks.
 *
 *     value                     ranks   bytes      algorithm
 *     item, user function       any     any        reduce-bcast: the result is made in one place
 *     number, bigint, flag,     any     any        recursive doubling: fewest latencies
 *       array and user function
 *     array, elementwise op     1, 2    < 1.2 MB   recursive doubling
 *                               3 - 5   < 300 KB   recursive doubling
 *                               6 - 11  < 200 KB   recursive doubling
 *                               more    < 160 KB   recursive doubling
 *                               2^k     more       rabenseifner: each rank reduces only a part, and sends
 *                                                  2 n bytes instead of n lg p
 *                               other   more       ring if commutative, which needs no folding; up to
 *                                                  1 MB only for few ranks, for its 2 (p - 1) latencies
 *                               other   more       rabenseifner
 *
 * On a board:
 *
 *     array, elementwise op     any     (p - 1) n <= 16 KiB   whole: one hand-off
 *                               any     more       sliced: two, and each rank combines only a part
 *     array, user function      any     a cell     all call it; more: recursive doubling by messages
 *     item                      any     any        built-in op: all combine; user function: rank 0
 *
 * Without a board: thresholds from the cost formulas with 90 us latency, 1.2 GB/s and 0.15 ns per byte of reduction (ZeroMQ
 * between processes). Between recursive doubling and rabenseifner results do not differ by a bit.
 */

import type { Block } from '../../../wire/block.ts'
import type { Op } from '../../op.ts'
import type { Endpoint } from '../endpoint.ts'
import { rabenseifner } from './rabenseifner.ts'
import { ring } from './ring.ts'

const LARGE_BYTES_UP_TO_2_RANKS = 1_200_000
const LARGE_BYTES_UP_TO_5_RANKS = 300_000
const LARGE_BYTES_UP_TO_11_RANKS = 200_000
const LARGE_BYTES = 160_000
/** Bytes per rank from which the ring's transfers outweigh its latencies. */
const RING_CHUNK_BYTES = 64 * 1024

/** An algorithm that works on parts of arrays: `out`, which may be `input`, becomes the result. */
export type ArrayAllreduce = (endpoint: Endpoint, op: Op, input: Block, out: Block) => Promise<void>

/** The algorithm for an array and an elementwise op; null stands for recursive doubling. */
export function selectAllreduce(bytes: number, size: number, commutative: boolean): ArrayAllreduce | null {
  if (bytes < largeBytes(size)) return null
  const powerOfTwo = (size & (size - 1)) === 0
  if (powerOfTwo || !commutative) return rabenseifner
  return bytes / size >= RING_CHUNK_BYTES ? ring : rabenseifner
}

/** Bytes that a rank combines at most in order to save a hand-off. */
const ONE_HAND_OFF_BYTES = 16 * 1024

/** Whether all ranks combine whole arrays on a board, instead of slices, for an elementwise op. */
export function isWhole(bytes: number, size: number, cellBytes: number): boolean {
  return bytes <= cellBytes && bytes * (size - 1) <= ONE_HAND_OFF_BYTES
}

function largeBytes(size: number): number {
  if (size <= 2) return LARGE_BYTES_UP_TO_2_RANKS
  if (size <= 5) return LARGE_BYTES_UP_TO_5_RANKS
  return size <= 11 ? LARGE_BYTES_UP_TO_11_RANKS : LARGE_BYTES
}
