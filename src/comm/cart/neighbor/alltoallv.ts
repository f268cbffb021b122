import type { Scope } from '../../collective/endpoint.ts'
import { signature } from '../../collective/signature.ts'
import type { ReceivedBlocks, VBlocks, VIntoOptions } from '../../collective/types.ts'
import { blockAt } from '../../collective/v-blocks.ts'
import { checkBlocks, checkTarget, exchangeBlocks } from './blocks.ts'
import { checkSeparate } from './check.ts'
import type { Neighborhood } from './neighborhood.ts'

/** `Cart.neighborAlltoallv`, where it is documented. The length of a message is that of its block. */
export async function neighborAlltoallv(
  scope: Scope,
  neighborhood: Neighborhood,
  blocks: VBlocks,
  options: VIntoOptions = {},
): Promise<ReceivedBlocks> {
  const call = 'neighborAlltoallv'
  const { sources, dests } = neighborhood
  const given = checkBlocks(scope, call, blocks, dests.length)
  const { type } = given.whole
  const target = checkTarget(scope, call, options?.into, type, sources.length)
  if (target !== null) checkSeparate(scope, call, given.whole, target.whole)
  return await scope.call(signature(call, { type }), options, (endpoint) =>
    exchangeBlocks(scope, call, endpoint, neighborhood, (i) => blockAt(given, i), type, target),
  )
}
