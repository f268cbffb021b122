import { Block } from '../../../wire/block.ts'
import { receiveAny, selectBcast } from '../bcast/select.ts'
import { Item, type ItemsCarrier } from '../carrier/items.ts'
import type { Endpoint } from '../endpoint.ts'
import { binomial } from '../reduce/binomial.ts'

/**
 * Reduces to rank 0 and broadcasts from there.
 *
 * For items and user functions. The result is made once, serialised once, and every rank, 0 too, gets what
 * those bytes say: the same everywhere, even if the function's results carry what does not survive
 * serialisation (a class), or depend on more than its operands.
 * 2 lg p (alpha + n beta), and a call of the function per rank instead of lg p.
 */
export async function reduceBcast(endpoint: Endpoint, carrier: ItemsCarrier, own: Item): Promise<Item> {
  const total = await binomial(endpoint, carrier, own, 0)
  if (total === undefined) return Item.ofBytes((await receiveAny(endpoint, 0)).bytes())
  const block = Block.item(carrier.bytes(total))
  await selectBcast(block.byteLength, endpoint.size)(endpoint, 0, block, null)
  return Item.ofBytes(block.bytes())
}
