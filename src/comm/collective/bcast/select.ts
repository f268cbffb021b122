/**
 * Which algorithm broadcasts.
 *
 *     ranks    bytes          algorithm           why
 *     1, 2     any            tree                root sends all bytes once in any case
 *     3 - 5    >= 430 000     scatter-allgather   its 2 lg p latencies are paid for by the bytes that root
 *     6 - 11   >= 260 000     scatter-allgather   sends: all of them once, not once per child and level
 *     more     >= 200 000     scatter-allgather
 *     any      less           tree                few latencies
 *
 * Over several hosts, each of which has a board: root and the leaders of the other hosts by the table above, whose
 * ranks are then these; a host's ranks read from the one that has it.
 *
 * Thresholds from the cost formulas with 90 us latency and 1.2 GB/s (ZeroMQ between processes).
 */

import type { Block } from '../../../wire/block.ts'
import type { Endpoint } from '../endpoint.ts'
import { afterNotice, isNotice, scatterAllgather } from './scatter-allgather.ts'
import { sendToChildren, takeFromParent, tree } from './tree.ts'

const LARGE_BYTES_UP_TO_5_RANKS = 430_000
const LARGE_BYTES_UP_TO_11_RANKS = 260_000
const LARGE_BYTES = 200_000

/** An algorithm: root passes `block`, others `into` if they know what comes; the result is root's block there. */
export type Bcast = (
  endpoint: Endpoint,
  root: number,
  block: Block | null,
  into: Block | null,
) => Promise<Block>

export function selectBcast(bytes: number, size: number): Bcast {
  if (size <= 2) return tree
  const large = size <= 5 ? LARGE_BYTES_UP_TO_5_RANKS : size <= 11 ? LARGE_BYTES_UP_TO_11_RANKS : LARGE_BYTES
  return bytes >= large ? scatterAllgather : tree
}

/** Receives on a rank that does not know what comes: the first message shows the algorithm root has chosen. */
export async function receiveAny(endpoint: Endpoint, root: number): Promise<Block> {
  const first = await takeFromParent(endpoint, root, null)
  if (isNotice(first)) return afterNotice(endpoint, root, null)
  await sendToChildren(endpoint, root, first)
  return first
}
