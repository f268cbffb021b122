import { bracketCarried, type Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'
import { exchangeAll } from '../exchange.ts'

/**
 * Every rank sends block s of its values to rank s, as in pairwise.ts, but keeps those that it gets until all are
 * there, and then combines them bracketed by rank alone (board/bracket.ts). It asks for memory of p blocks.
 */
export async function directBlocks<P>(
  endpoint: Endpoint,
  carrier: Carrier<P>,
  blocks: readonly P[],
  ahead: number,
): Promise<P> {
  const { rank, size } = endpoint
  const own = blocks[rank]!
  const operands: P[] = new Array(size)
  operands[rank] = own
  await exchangeAll(
    endpoint,
    ahead,
    (dest) => carrier.send(endpoint, blocks[dest]!, dest),
    async (source) => {
      operands[source] = await carrier.receive(endpoint, source)
    },
  )
  return bracketCarried(carrier, operands, own)
}
