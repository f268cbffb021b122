import { Block } from '../../../wire/block.ts'
import { decodeItem, encodeItem } from '../../../wire/codec.ts'
import { ITEM, isRaw, type Raw } from '../../../wire/datatype.ts'
import { blockOf, refuseInto, resultArray, where } from '../../collective/check.ts'
import type { Scope } from '../../collective/endpoint.ts'
import { signature } from '../../collective/signature.ts'
import type { IntoOptions } from '../../collective/types.ts'
import { checkItems, checkSeparate, equalBlocks } from './check.ts'
import { exchange, into, type Neighborhood, whole } from './neighborhood.ts'

/** `Cart.neighborAlltoall`, where it is documented. One message to and from each neighbour. */
export async function neighborAlltoall(
  scope: Scope,
  neighborhood: Neighborhood,
  values: unknown,
  options: IntoOptions = {},
): Promise<unknown> {
  if (isRaw(values)) return await exchangeArrays(scope, neighborhood, values, options)
  checkItems(scope, 'neighborAlltoall', values, neighborhood.dests.length)
  return await exchangeItems(scope, neighborhood, values, options)
}

function exchangeArrays(scope: Scope, neighborhood: Neighborhood, values: Raw, options: IntoOptions) {
  const call = 'neighborAlltoall'
  const { sources, dests } = neighborhood
  const count = equalBlocks(scope, call, values, dests.length)
  const input = blockOf(scope, call, 'values', values)
  const { type } = input
  const result = resultArray(scope, call, options?.into, type, count * sources.length)
  const output = Block.of(result)
  checkSeparate(scope, call, input, output)
  const block = (of: Block, i: number): Block => of.slice(i * count, (i + 1) * count)
  return scope.call(signature(call, { type, count }), options, async (endpoint) => {
    const take = into(endpoint, (i) => block(output, i))
    await exchange(endpoint, neighborhood, (i) => block(input, i), take)
    return result
  })
}

function exchangeItems(
  scope: Scope,
  neighborhood: Neighborhood,
  values: readonly unknown[],
  options: IntoOptions,
) {
  const call = 'neighborAlltoall'
  const { sources, dests } = neighborhood
  refuseInto(scope, call, options?.into, 'a list of items gives a list')
  // What is for nobody is not looked at.
  const items = dests.map((dest, i) =>
    dest === null ? null : Block.item(encodeItem(values[i], where(scope, call))),
  )
  return scope.call(signature(call, { type: ITEM, count: 1 }), options, async (endpoint) => {
    const list = new Array<unknown>(sources.length).fill(undefined)
    const use = (i: number, item: Block): void => {
      list[i] = decodeItem(item.bytes())
    }
    await exchange(endpoint, neighborhood, (i) => items[i]!, whole(endpoint, use))
    return list
  })
}
