/**
 * Which algorithm reduces for all ranks.
 *
 *     value                     ranks   bytes      algorithm
 *     item, user function       any     any        reduce-bcast: the result is made in one place
 *     number, bigint, flag,     2       < 1.2 MB   direct: one latency, and each further message costs only a
 *       array                   3, 4    <= 64 KiB  tenth of that; so it is faster than the lg p latencies of
 *                               5 - 8   <= 32 KiB  recursive doubling as long as the bytes, sent p - 1 times
 *                               9 - 16  <= 8 KiB   instead of lg p times, do not count
 *                               17 - 32 <= 1 KiB
 *     array, elementwise op     3 - 5   < 300 KB   recursive doubling
 *                               6 - 11  < 200 KB   recursive doubling
 *                               more    < 160 KB   recursive doubling
 *                               2^k     more       rabenseifner: each rank reduces only a part, and sends
 *                                                  2 n bytes instead of n lg p
 *                               other   more       ring if commutative, which needs no folding; up to
 *                                                  1 MB only for few ranks, for its 2 (p - 1) latencies
 *                               other   more       rabenseifner
 *     anything else             any     more       recursive doubling
 *
 *     bracketed by rank alone: the same on 2^k ranks, where all of them do that. On other numbers of ranks
 *     by slices instead of recursive doubling, rabenseifner and ring for arrays, and direct for anything else.
 *
 * Over several hosts, each of which has a board: a host's ranks reduce to their leader, and the leaders by the
 * table above, if the operands of a host are neighbours or may be swapped; and by rank alone only if hosts have
 * 2^k ranks each in order. Else as if there were no boards:
 *
 *     number, item, array < 64 KiB    by leaders: the fewest messages
 *     array, elementwise op, more     by lanes: each rank of a host reduces a part and exchanges it with those of
 *                                     the other hosts, so that all cores of a host send at the same time
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
import type { Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'
import { bySlices } from './by-slices.ts'
import { direct, directArrays, isDirect } from './direct.ts'
import { rabenseifner } from './rabenseifner.ts'
import { recursiveDoubling } from './recursive-doubling.ts'
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
export function selectAllreduce(
  bytes: number,
  size: number,
  commutative: boolean,
  byRank = false,
): ArrayAllreduce | null {
  if (isDirect(bytes, size)) return directArrays
  const powerOfTwo = (size & (size - 1)) === 0
  if (byRank && !powerOfTwo) return bySlices
  if (bytes < largeBytes(size)) return null
  if (powerOfTwo || !commutative) return rabenseifner
  return bytes / size >= RING_CHUNK_BYTES ? ring : rabenseifner
}

/** The algorithm for operands of so many bytes that travel as wholes. */
export function selectCarried(bytes: number, size: number, byRank: boolean): CarriedAllreduce {
  const powerOfTwo = (size & (size - 1)) === 0
  return isDirect(bytes, size) || (byRank && !powerOfTwo) ? direct : recursiveDoubling
}

/** An algorithm that moves whole operands. */
export type CarriedAllreduce = <P>(endpoint: Endpoint, carrier: Carrier<P>, own: P) => Promise<P>

/** Bytes from which all ranks of a host send, if every host has several. */
const LANES_BYTES = 64 * 1024

/** Whether the ranks of hosts, of which each has `least` at least, exchange parts instead of their leaders all. */
export function isByLanes(bytes: number, least: number): boolean {
  return least > 1 && bytes >= LANES_BYTES
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
