import type { Scope } from '../collective/endpoint.ts'
import { exchangeAll, FAN_WIDTH } from '../collective/exchange.ts'
import { signature } from '../collective/signature.ts'
import type { WBlock, WIntoOptions } from '../collective/types.ts'
import { WBlocks } from './w-blocks.ts'

/** `Communicator.alltoallw`, where it is documented. One message between each two ranks. */
export async function alltoallw(
  scope: Scope,
  blocks: readonly WBlock[],
  options: WIntoOptions = {},
): Promise<readonly WBlock[]> {
  const call = 'alltoallw'
  const { rank, size } = scope
  const ranks = { count: size, what: `each of the ${size} ranks` }
  const exchanged = new WBlocks(scope, call, blocks, ranks, options?.into, ranks)
  return await scope.call(signature(call), options, async (endpoint) => {
    const exchanging = exchangeAll(
      endpoint,
      FAN_WIDTH,
      async (dest) => endpoint.send(exchanged.out(dest), dest),
      (source) => exchanged.take(endpoint, source, source, null),
    )
    await Promise.all([exchanging, exchanged.take(endpoint, rank, rank, exchanged.out(rank))])
    return exchanged.result
  })
}
