/**
 * Which algorithm gathers for all ranks (alpha: latency of a message, o: its processor time at both ends).
 *
 *     bytes in total    ranks   algorithm   why
 *     over 512 KiB      any     ring        bytes count, not messages; neighbours only
 *     less              <= 32   flat        one latency; (p - 1) o is less than (lg p - 1) alpha
 *     less              more    bruck       lg p latencies
 *
 * Over several hosts, each of which has a board: a host's leader collects what its ranks have, the leaders gather
 * runs of blocks by ring or flat, and a host's ranks read all from their leader: every block crosses to a host once.
 */

import type { Block } from '../../../wire/block.ts'
import type { Endpoint } from '../endpoint.ts'
import { bruck } from './bruck.ts'
import { flat } from './flat.ts'
import { ring } from './ring.ts'

const LARGE_BYTES = 512 * 1024
const FLAT_RANKS = 32

/** An algorithm: fills all `blocks`, which lie one after another and of which this rank's own is filled. */
export type Allgather = (endpoint: Endpoint, blocks: readonly Block[]) => Promise<void>

export function selectAllgather(totalBytes: number, size: number): Allgather {
  if (totalBytes > LARGE_BYTES) return ring
  return size <= FLAT_RANKS ? flat : bruck
}

/** The same for blocks of different lengths that lie anywhere, which bruck cannot do. */
export function selectAllgatherv(totalBytes: number): Allgather {
  return totalBytes > LARGE_BYTES ? ring : flat
}
