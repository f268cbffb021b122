import { Block } from '../../../wire/block.ts'
import { ITEM } from '../../../wire/datatype.ts'
import { bruck } from '../allgather/bruck.ts'
import type { Endpoint } from '../endpoint.ts'
import { FAN_WIDTH, others } from '../exchange.ts'
import { cut } from '../partition.ts'
import { sendToChildren, takeFromParent } from './tree.ts'

/**
 * Scatter, then allgather (van de Geijn 1991): root sends each rank one p-th, and the ranks exchange those.
 * So root's link carries the bytes once, not once per child. Any number of ranks; about
 * (1 + lg p) alpha + 2 n beta (p - 1)/p.
 *
 * A rank that passed no buffer knows neither length nor type. So a notice goes down the tree first: an empty
 * item, which no value is (that is how such a rank tells this algorithm from the tree), then type and length.
 */
export async function scatterAllgather(
  endpoint: Endpoint,
  root: number,
  block: Block | null,
  into: Block | null,
): Promise<Block> {
  if (block !== null) {
    await Promise.all([passNotice(endpoint, root, block), scatterChunks(endpoint, block)])
    await bruck(endpoint, cut(block, endpoint.size), root)
    return block
  }
  await takeFromParent(endpoint, root, emptyItem())
  return afterNotice(endpoint, root, into)
}

/** Whether a message down the tree says that the value follows in this way. */
export function isNotice(block: Block): boolean {
  return block.type === ITEM && block.byteLength === 0
}

/** What a rank does once it has received the empty item. */
export async function afterNotice(endpoint: Endpoint, root: number, into: Block | null): Promise<Block> {
  const notice = new Float64Array(2)
  await takeFromParent(endpoint, root, Block.of(notice))
  const [type, byteLength] = notice as unknown as [number, number]
  const whole = into ?? Block.allocate(type, byteLength)
  const chunks = cut(whole, endpoint.size)
  await Promise.all([endpoint.recvInto(chunks[endpoint.rank]!, root), passNotice(endpoint, root, whole)])
  await bruck(endpoint, chunks, root)
  return whole
}

function passNotice(endpoint: Endpoint, root: number, block: Block): Promise<unknown> {
  const typeAndLength = Block.of(Float64Array.of(block.type, block.byteLength))
  return Promise.all([
    sendToChildren(endpoint, root, emptyItem()),
    sendToChildren(endpoint, root, typeAndLength),
  ])
}

function scatterChunks(endpoint: Endpoint, block: Block): Promise<void> {
  const chunks = cut(block, endpoint.size)
  return others(endpoint, FAN_WIDTH, (dest) => endpoint.send(chunks[dest]!, dest))
}

function emptyItem(): Block {
  return Block.item(new Uint8Array(0))
}
