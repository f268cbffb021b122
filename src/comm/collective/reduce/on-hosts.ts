/**
 * Over several hosts: a host's ranks combine their operands to its leader (root's to root), and these to root by
 * messages. One hand-off and the messages' latency; who is neither goes on at once, or when its operand was read.
 */

import { Block } from '../../../wire/block.ts'
import type { Raw } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import type { Steps } from '../board/steps.ts'
import type { Item, ItemsCarrier } from '../carrier/items.ts'
import type { NumbersCarrier } from '../carrier/numbers.ts'
import type { WholeArraysCarrier } from '../carrier/whole-arrays.ts'
import type { Endpoint } from '../endpoint.ts'
import { type Far, type Hosts, RUN_SCRATCH } from '../hosts/hosts.ts'
import { reduceItems, reduceNumber, reduceWholeArrays } from './on-board.ts'
import { selectReduceOnBoard } from './select.ts'

/** Combines to `root`, by its number among the hosts, what each host has; resolves to the result there. */
export type Between<P> = (endpoint: Endpoint, partial: P, root: number) => Promise<P | undefined>

/** Vectors and an elementwise op. `out` is null but on root, where it may be `input`; it becomes the result. */
export function* reduceArraysOnHosts(
  { board, layout, here }: Hosts,
  far: Far,
  op: Op,
  input: Block,
  out: Block | null,
  root: number,
  between: Between<Block>,
): Steps<void> {
  const acting = layout.actingFor(root)
  const number = layout.numberOf[acting[here]!]!
  let partial = out ?? input
  if (out === null && board.rank === number) {
    const { type, byteLength } = input
    partial = new Block(type, board.scratch(RUN_SCRATCH, byteLength), 0, byteLength)
  }
  yield* selectReduceOnBoard(input.byteLength, board.size)(board, op, input, partial, number)
  if (board.rank !== number) return
  const result = yield* far.run(acting, (endpoint) => between(endpoint, partial, layout.hostOf[root]!))
  if (out !== null && !out.sameMemory(result!)) out.set(result!)
}

/** A number of each rank. */
export function reduceNumberOnHosts(
  hosts: Hosts,
  far: Far,
  carrier: NumbersCarrier,
  value: number,
  root: number,
  between: Between<number>,
): Steps<number | undefined> {
  return reduceWholes(hosts, far, root, between, (number) =>
    reduceNumber(hosts.board, carrier, value, number),
  )
}

/** Items. */
export function reduceItemsOnHosts(
  hosts: Hosts,
  far: Far,
  carrier: ItemsCarrier,
  own: Item,
  root: number,
  between: Between<Item>,
): Steps<Item | undefined> {
  return reduceWholes(hosts, far, root, between, (number) => reduceItems(hosts.board, carrier, own, number))
}

/** Vectors and a function of whole ones. */
export function reduceWholeArraysOnHosts(
  hosts: Hosts,
  far: Far,
  carrier: WholeArraysCarrier,
  own: Raw,
  root: number,
  between: Between<Raw>,
): Steps<Raw | undefined> {
  return reduceWholes(hosts, far, root, between, (number) =>
    reduceWholeArrays(hosts.board, carrier, own, number),
  )
}

function* reduceWholes<P>(
  { board, layout, here }: Hosts,
  far: Far,
  root: number,
  between: Between<P>,
  onBoard: (number: number) => Steps<P | undefined>,
): Steps<P | undefined> {
  const acting = layout.actingFor(root)
  const number = layout.numberOf[acting[here]!]!
  const partial = yield* onBoard(number)
  if (board.rank !== number) return undefined
  return yield* far.run(acting, (endpoint) => between(endpoint, partial as P, layout.hostOf[root]!))
}
