/** The lengths of blocks, which travel before the blocks themselves in the v forms. */

import { Block } from '../../wire/block.ts'
import type { Endpoint } from './endpoint.ts'

/** Sends one length. It travels as a double: lengths go up to 2^53. */
export function sendCount(endpoint: Endpoint, count: number, dest: number): Promise<void> {
  return endpoint.send(Block.of(Float64Array.of(count)), dest)
}

/** Receives one length. */
export async function receiveCount(endpoint: Endpoint, source: number): Promise<number> {
  const count = new Float64Array(1)
  await endpoint.recvInto(Block.of(count), source)
  return count[0]!
}
