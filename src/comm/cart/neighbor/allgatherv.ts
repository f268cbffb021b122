import { TypeMismatchError } from '../../../errors.ts'
import { isRaw } from '../../../wire/datatype.ts'
import { blockOf, where } from '../../collective/check.ts'
import type { Scope } from '../../collective/endpoint.ts'
import { signature } from '../../collective/signature.ts'
import type { ReceivedBlocks, VIntoOptions } from '../../collective/types.ts'
import { describe } from '../../op/domain.ts'
import { checkTarget, exchangeBlocks } from './blocks.ts'
import { checkSeparate } from './check.ts'
import type { Neighborhood } from './neighborhood.ts'

/** `Cart.neighborAllgatherv`, where it is documented. The length of a message is that of its block. */
export async function neighborAllgatherv(
  scope: Scope,
  neighborhood: Neighborhood,
  value: unknown,
  options: VIntoOptions = {},
): Promise<ReceivedBlocks> {
  const call = 'neighborAllgatherv'
  if (!isRaw(value)) {
    throw new TypeMismatchError(
      `${where(scope, call)}: expected a typed array, but got ${describe(value)}; items have no lengths to differ, ` +
        'so neighborAllgather takes them',
    )
  }
  const mine = blockOf(scope, call, 'value', value)
  const { type } = mine
  const target = checkTarget(scope, call, options?.into, type, neighborhood.sources.length)
  if (target !== null) checkSeparate(scope, call, mine, target.whole)
  return await scope.call(signature(call, { type }), options, (endpoint) =>
    exchangeBlocks(scope, call, endpoint, neighborhood, () => mine, type, target),
  )
}
