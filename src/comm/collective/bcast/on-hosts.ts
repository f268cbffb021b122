import { type Board, Disagreement } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import type { Steps } from '../board/steps.ts'
import { unfitText } from '../board/steps.ts'
import { readFrom, showToAll } from '../board/windows.ts'
import type { Far, Hosts } from '../hosts/hosts.ts'
import { receiveAny, selectBcast } from './select.ts'

/**
 * Over several hosts: root sends to the leaders of the others, each of which shows its host's ranks what it gets;
 * root itself is its own host's. What root's host does and what the messages do goes on at the same time.
 */
export function* bcastFromRoot({ board, layout }: Hosts, far: Far, root: number, block: Block): Steps<void> {
  const sending = far.begin(layout.actingFor(root), (endpoint) =>
    selectBcast(block.byteLength, endpoint.size)(endpoint, layout.hostOf[root]!, block, null),
  )
  yield* showToAll(board, block)
  yield* sending.end()
}

/** What the others do; `into` is null if they do not know what comes. Resolves to `into`, or to new memory. */
export function* bcastToOthers(
  { board, layout, here }: Hosts,
  far: Far,
  root: number,
  into: Block | null,
): Steps<Block> {
  const acting = layout.actingFor(root)
  const shower = layout.numberOf[acting[here]!]!
  if (board.rank !== shower) return yield* readAll(board, shower, root, into)
  const vroot = layout.hostOf[root]!
  const block = yield* far.run(acting, (endpoint) =>
    into === null
      ? receiveAny(endpoint, vroot)
      : selectBcast(into.byteLength, endpoint.size)(endpoint, vroot, null, into),
  )
  yield* showToAll(board, block)
  return block
}

/** Reads the whole of what `shower`, by its number on this host, shows of what rank `root` has sent. */
export function readAll(board: Board, shower: number, root: number, into: Block | null): Steps<Block> {
  return readFrom(board, shower, (type, bytes) => {
    if (into !== null && (into.type !== type || into.byteLength !== bytes))
      throw new Disagreement(shower, unfitText(root, type, bytes, into))
    return { from: 0, into: into ?? Block.allocate(type, bytes) }
  })
}
