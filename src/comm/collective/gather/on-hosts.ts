import { Block } from '../../../wire/block.ts'
import { gatherItems, packItems } from '../board/items.ts'
import type { Steps } from '../board/steps.ts'
import { FAN_WIDTH, others } from '../exchange.ts'
import { type Far, type Hosts, RUN_SCRATCH, runsOf, unpackRuns } from '../hosts/hosts.ts'
import { keepItems, receiveItems, sendItems } from '../hosts/items.ts'
import { gatherShown, showTo } from './on-board.ts'

/**
 * Over several hosts: a host's leader (root's: root) collects the blocks of its ranks, and sends them to root as one
 * message: (h - 1)(o + l n beta) for root, h hosts of l ranks, and a copy more than without boards. `all` is null
 * but on root.
 */
export function* gatherOnHosts(
  { board, layout, here }: Hosts,
  far: Far,
  mine: Block,
  all: Block | null,
  root: number,
): Steps<void> {
  const { type, byteLength: length } = mine
  const acting = layout.actingFor(root)
  const number = layout.numberOf[acting[here]!]!
  if (board.rank !== number) return yield* showTo(board, mine, number)
  if (all === null) {
    const bytes = board.size * length
    const run = new Block(type, board.scratch(RUN_SCRATCH, bytes), 0, bytes)
    yield* gatherShown(board, mine, run, number)
    return yield* far.run(acting, (endpoint) => endpoint.send(run, layout.hostOf[root]!))
  }
  const packed = layout.isInOrder ? all : Block.allocate(type, all.byteLength)
  const runs = runsOf(layout, packed, length)
  const receiving = far.begin(acting, (endpoint) =>
    others(endpoint, FAN_WIDTH, (host) => endpoint.recvInto(runs[host]!, host)),
  )
  yield* gatherShown(board, mine, runs[here]!, number)
  yield* receiving.end()
  if (packed !== all) unpackRuns(layout, packed, all, length)
}

/** The same for items, of which only their owners know the lengths. Resolves to all of them on root. */
export function* gatherItemsOnHosts(
  { board, layout, here }: Hosts,
  far: Far,
  mine: Uint8Array,
  root: number,
): Steps<Uint8Array[] | undefined> {
  const acting = layout.actingFor(root)
  const number = layout.numberOf[acting[here]!]!
  const vroot = layout.hostOf[root]!
  const items = yield* gatherItems(board, mine, number)
  if (items === undefined) return undefined
  if (here !== vroot) {
    yield* far.run(acting, (endpoint) => sendItems(endpoint, packItems(items), vroot))
    return undefined
  }
  const result: Uint8Array[] = new Array(layout.hostOf.length)
  keepItems(layout, here, items, result)
  yield* far.run(acting, (endpoint) =>
    others(endpoint, FAN_WIDTH, async (host) => {
      keepItems(layout, host, await receiveItems(endpoint, layout.members[host]!.length, host), result)
    }),
  )
  return result
}
