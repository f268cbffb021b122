import type { Block } from '../../../wire/block.ts'
import type { Endpoint } from '../endpoint.ts'
import { exchangeAll, FAN_WIDTH } from '../exchange.ts'

/**
 * Every rank sends its block to every other directly. Blocks of any lengths anywhere;
 * alpha + (p - 1)(o + n beta), o being the processor time of a message, a tenth of alpha.
 *
 * This rank's own block is filled.
 */
export function flat(endpoint: Endpoint, blocks: readonly Block[]): Promise<void> {
  const mine = blocks[endpoint.rank]!
  return exchangeAll(
    endpoint,
    FAN_WIDTH,
    (dest) => endpoint.send(mine, dest),
    (source) => endpoint.recvInto(blocks[source]!, source),
  )
}
