import { Block } from '../../../wire/block.ts'
import { decodeItem, encodeItem } from '../../../wire/codec.ts'
import { ITEM, isRaw, type Raw } from '../../../wire/datatype.ts'
import { blockOf, refuseInto, resultArray, where } from '../../collective/check.ts'
import type { Scope } from '../../collective/endpoint.ts'
import { signature } from '../../collective/signature.ts'
import type { IntoOptions } from '../../collective/types.ts'
import { checkSeparate } from './check.ts'
import { exchange, into, type Neighborhood, whole } from './neighborhood.ts'

/** `Cart.neighborAllgather`, where it is documented. One message to and from each neighbour. */
export async function neighborAllgather(
  scope: Scope,
  neighborhood: Neighborhood,
  value: unknown,
  options: IntoOptions = {},
): Promise<unknown> {
  // Awaited, so that an error shows who has made the call.
  return isRaw(value)
    ? await gatherArrays(scope, neighborhood, value, options)
    : await gatherItems(scope, neighborhood, value, options)
}

function gatherArrays(scope: Scope, neighborhood: Neighborhood, value: Raw, options: IntoOptions) {
  const call = 'neighborAllgather'
  const mine = blockOf(scope, call, 'value', value)
  const { type, count } = mine
  const result = resultArray(scope, call, options?.into, type, count * neighborhood.sources.length)
  const all = Block.of(result)
  checkSeparate(scope, call, mine, all)
  return scope.call(signature(call, { type, count }), options, async (endpoint) => {
    const place = (i: number): Block => all.slice(i * count, (i + 1) * count)
    await exchange(endpoint, neighborhood, () => mine, into(endpoint, place))
    return result
  })
}

function gatherItems(scope: Scope, neighborhood: Neighborhood, value: unknown, options: IntoOptions) {
  const call = 'neighborAllgather'
  refuseInto(scope, call, options?.into, 'items are gathered to a list')
  const mine = Block.item(encodeItem(value, where(scope, call)))
  return scope.call(signature(call, { type: ITEM, count: 1 }), options, async (endpoint) => {
    const list = new Array<unknown>(neighborhood.sources.length).fill(undefined)
    const use = (i: number, item: Block): void => {
      list[i] = decodeItem(item.bytes())
    }
    await exchange(endpoint, neighborhood, () => mine, whole(endpoint, use))
    return list
  })
}
