import { bracketCarried, type Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'
import { FAN_WIDTH, others } from '../exchange.ts'

/**
 * Every rank sends its operand to root, which combines all: alpha + (p - 1)(o + n beta + n gamma), o being the
 * processor time of a message, a tenth of alpha. For any op and number of ranks; bracketed as by a binomial tree, so
 * with the same bits, whoever is root. Resolves to the result on root, to `undefined` elsewhere.
 */
export async function directReduce<P>(
  endpoint: Endpoint,
  carrier: Carrier<P>,
  own: P,
  root: number,
): Promise<P | undefined> {
  const { rank, size } = endpoint
  if (rank !== root) {
    await carrier.send(endpoint, own, root)
    return undefined
  }
  const operands: P[] = new Array(size)
  operands[rank] = own
  await others(endpoint, FAN_WIDTH, async (source) => {
    operands[source] = await carrier.receive(endpoint, source)
  })
  return bracketCarried(carrier, operands, own)
}
