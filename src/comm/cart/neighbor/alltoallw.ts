import type { Scope } from '../../collective/endpoint.ts'
import { signature } from '../../collective/signature.ts'
import type { WBlock, WIntoOptions } from '../../collective/types.ts'
import { WBlocks } from '../../layout/w-blocks.ts'
import { exchange, type Neighborhood } from './neighborhood.ts'

/** `Cart.neighborAlltoallw`, where it is documented. One message to and from each neighbour. */
export async function neighborAlltoallw(
  scope: Scope,
  neighborhood: Neighborhood,
  blocks: readonly WBlock[],
  options: WIntoOptions = {},
): Promise<readonly WBlock[]> {
  const call = 'neighborAlltoallw'
  const [dests, sources] = [neighborhood.dests.length, neighborhood.sources.length].map((count) => ({
    count,
    what: `each of the ${count} neighbours (those that do not exist count too)`,
  }))
  const exchanged = new WBlocks(scope, call, blocks, dests!, options?.into, sources!)
  return await scope.call(signature(call), options, async (endpoint) => {
    await exchange(
      endpoint,
      neighborhood,
      (i) => exchanged.out(i),
      (i, source, own) => exchanged.take(endpoint, i, source, own),
    )
    return exchanged.result
  })
}
