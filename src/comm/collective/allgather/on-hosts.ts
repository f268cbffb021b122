import { Block } from '../../../wire/block.ts'
import { ITEM } from '../../../wire/datatype.ts'
import { gatherItems, packItems, unpackItems } from '../board/items.ts'
import type { Steps } from '../board/steps.ts'
import { readFrom, showToAll } from '../board/windows.ts'
import { exchangeAll, FAN_WIDTH } from '../exchange.ts'
import { gatherShown, showTo } from '../gather/on-board.ts'
import { type Far, type Hosts, RUN_SCRATCH, runsOf, unpackRuns } from '../hosts/hosts.ts'
import { keepItems, receiveItems, sendItems } from '../hosts/items.ts'
import { selectAllgatherv } from './select.ts'

/**
 * Over several hosts: a host's leader collects the blocks of its ranks, the leaders gather those of all, and show
 * them. Two hand-offs, the leaders' messages, and p n to read; every block goes to every other host once.
 */
export function* allgatherOnHosts(
  { board, layout, here }: Hosts,
  far: Far,
  mine: Block,
  all: Block,
): Steps<void> {
  const { type, byteLength: length } = mine
  const bytes = all.byteLength
  const packed = layout.isInOrder ? all : new Block(type, board.scratch(RUN_SCRATCH, bytes), 0, bytes)
  const runs = runsOf(layout, packed, length)
  if (board.rank === 0) {
    yield* gatherShown(board, mine, runs[here]!, 0)
    yield* far.run(layout.leaders, (endpoint) => selectAllgatherv(bytes)(endpoint, runs))
    yield* showToAll(board, packed)
  } else {
    yield* showTo(board, mine, 0)
    yield* readFrom(board, 0, () => ({ from: 0, into: packed }))
  }
  if (packed !== all) unpackRuns(layout, packed, all, length)
}

/** The same for items, of which only their owners know the lengths. Resolves to all of them, in rank order. */
export function* allgatherItemsOnHosts(
  { board, layout, here }: Hosts,
  far: Far,
  mine: Uint8Array,
): Steps<Uint8Array[]> {
  const size = layout.hostOf.length
  const items = yield* gatherItems(board, mine, 0)
  if (items === undefined) {
    const ends = new Float64Array(size + 1)
    yield* readFrom(board, 0, () => ({ from: 0, into: new Block(ITEM, ends.buffer, 0, ends.byteLength) }))
    const all = yield* readFrom(board, 0, (type, bytes) => ({ from: 0, into: Block.allocate(type, bytes) }))
    return unpackItems(ends, all)
  }
  const result: Uint8Array[] = new Array(size)
  keepItems(layout, here, items, result)
  const mineOfAll = packItems(items)
  yield* far.run(layout.leaders, (endpoint) =>
    exchangeAll(
      endpoint,
      FAN_WIDTH,
      (host) => sendItems(endpoint, mineOfAll, host),
      async (host) => {
        keepItems(layout, host, await receiveItems(endpoint, layout.members[host]!.length, host), result)
      },
    ),
  )
  const { ends, all } = packItems(result)
  yield* showToAll(board, Block.item(new Uint8Array(ends.buffer)))
  yield* showToAll(board, all)
  return result
}
