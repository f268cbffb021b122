import { Block } from '../../../wire/block.ts'
import { decodeItem } from '../../../wire/codec.ts'
import { ITEM } from '../../../wire/datatype.ts'
import { packItems } from '../board/items.ts'
import type { Steps } from '../board/steps.ts'
import { part, showToAll } from '../board/windows.ts'
import { FAN_WIDTH, others } from '../exchange.ts'
import { type Far, type Hosts, packRuns } from '../hosts/hosts.ts'
import { takeBlock } from './on-board.ts'

/**
 * Over several hosts: root sends each host's leader the blocks of its ranks as one message, which it shows them:
 * (h - 1)(o + l n beta) for root, h hosts of l ranks. This way for blocks of any length, since only root knows it.
 */
export function* scatterFromRoot<T>(
  { board, layout, here }: Hosts,
  far: Far,
  root: number,
  all: Block,
  own: Block,
  mine: Block,
  result: T,
): Steps<T> {
  const runs = packRuns(layout, all)
  const sending = far.begin(layout.actingFor(root), (endpoint) =>
    others(endpoint, FAN_WIDTH, (host) => endpoint.send(runs[host]!, host)),
  )
  if (!mine.sameMemory(own)) mine.set(own)
  yield* showToAll(board, runs[here]!)
  yield* sending.end()
  return result
}

/** The same for items: first where they are, as if that were an item, then all of a host's. */
export function* scatterItemsFromRoot(
  { board, layout, here }: Hosts,
  far: Far,
  root: number,
  items: readonly Uint8Array[],
): Steps<void> {
  const packs = layout.members.map((ranks) => {
    const { ends, all } = packItems(ranks.map((rank) => items[rank]!))
    return [Block.item(new Uint8Array(ends.buffer)), all]
  })
  const sending = far.begin(layout.actingFor(root), (endpoint) =>
    others(endpoint, FAN_WIDTH, (host) =>
      Promise.all(packs[host]!.map((block) => endpoint.send(block, host))),
    ),
  )
  for (const block of packs[here]!) yield* showToAll(board, block)
  yield* sending.end()
}

/** What the others do: get their block, in `into` if that is given, or their item. */
export function* scatterToOthers(
  { board, layout, here }: Hosts,
  far: Far,
  root: number,
  into: Block | null,
): Steps<unknown> {
  const acting = layout.actingFor(root)
  const number = layout.numberOf[acting[here]!]!
  if (board.rank !== number) return yield* takeBlock(board, number, into, root)
  const receive = (): Steps<Block> => far.run(acting, (endpoint) => endpoint.recv(layout.hostOf[root]!))
  const first = yield* receive()
  yield* showToAll(board, first)
  if (first.type === ITEM) {
    const [from, end] = new Float64Array(first.bytes().slice().buffer).subarray(number) as unknown as number[]
    const all = yield* receive()
    yield* showToAll(board, all)
    return decodeItem(all.bytes(from, end! - from!))
  }
  const length = first.byteLength / board.size
  const mine = into ?? Block.allocate(first.type, length)
  mine.set(part(first, number * length, (number + 1) * length))
  return mine.array()
}
