import { Block } from '../../../wire/block.ts'
import type { Raw } from '../../../wire/datatype.ts'
import type { Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'
import { FAN_WIDTH, others } from '../exchange.ts'
import { binomial } from '../reduce/binomial.ts'

/**
 * Reduces whole vectors to rank 0, which sends each rank its block: for user functions that want wholes.
 * (lg p + 1) alpha + lg p (n beta + n gamma) + n beta.
 *
 * `blockOf` finds a rank's block in the result; this rank's goes to `out`.
 */
export async function reduceThenScatter(
  endpoint: Endpoint,
  carrier: Carrier<Raw>,
  own: Raw,
  blockOf: (whole: Block, rank: number) => Block,
  out: Block,
): Promise<void> {
  const total = await binomial(endpoint, carrier, own, 0)
  if (total === undefined) return endpoint.recvInto(out, 0)
  const whole = Block.of(total)
  out.set(blockOf(whole, 0))
  await others(endpoint, FAN_WIDTH, (dest) => endpoint.send(blockOf(whole, dest), dest))
}
