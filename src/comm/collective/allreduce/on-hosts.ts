/**
 * Over several hosts: a host's ranks combine their operands to its leader, the leaders combine what they have by
 * messages, and show the result to the others. Two hand-offs and the leaders' latencies, for each host one message
 * instead of one per rank.
 */

import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import { elementSize, type Raw, type TypeCode } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import { combineLong } from '../board/combine.ts'
import { reduceShort, showShort, takeShort } from '../board/short.ts'
import { isLong, rest, type Steps } from '../board/steps.ts'
import {
  othersOf,
  readFrom,
  readPart,
  showToAll,
  waitForReaders,
  windowOf,
  windowsOf,
} from '../board/windows.ts'
import { Item, type ItemsCarrier } from '../carrier/items.ts'
import type { NumbersCarrier } from '../carrier/numbers.ts'
import type { WholeArraysCarrier } from '../carrier/whole-arrays.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Far, Hosts } from '../hosts/hosts.ts'
import { lengthOf } from '../partition.ts'
import { reduceItems, reduceNumber, reduceWholeArrays } from '../reduce/on-board.ts'
import { selectReduceOnBoard } from '../reduce/select.ts'

/** Combines in place what each leader has, to the same bits on all. */
export type Between = (endpoint: Endpoint, block: Block) => Promise<void>

/** One number of each rank. */
export function* allreduceNumberOnHosts(
  { board, layout }: Hosts,
  far: Far,
  carrier: NumbersCarrier,
  value: number,
  between: (endpoint: Endpoint, partial: number) => Promise<number>,
): Steps<number> {
  const partial = yield* reduceNumber(board, carrier, value, 0)
  if (partial === undefined) {
    board.pass()
    while (!board.came(0)) yield
    const result = board.numberOf(0)
    board.leave()
    return result
  }
  const result = yield* far.run(layout.leaders, (endpoint) => between(endpoint, partial))
  while (!board.isFree()) yield
  board.showNumber(result)
  board.leave()
  return result
}

/** Short vectors. `inPlace`: `out` lies in `input`. */
export function* allreduceShortOnHosts(
  { board, layout }: Hosts,
  far: Far,
  op: Op,
  type: TypeCode,
  input: Raw,
  inPlace: boolean,
  out: Raw,
  between: Between,
): Steps<Raw> {
  if (board.rank !== 0) {
    yield* showShort(board, type, input, out)
    return yield* takeShort(board, type, 0, 0, out.length, out)
  }
  yield* reduceShort(board, op, type, input, inPlace, out)
  yield* far.run(layout.leaders, (endpoint) => between(endpoint, Block.of(out)))
  return yield* showShort(board, type, out, out)
}

/** Vectors of any length. `out` may be `input`. */
export function* allreduceByLeaders(
  { board, layout }: Hosts,
  far: Far,
  op: Op,
  input: Block,
  out: Block,
  between: Between,
): Steps<void> {
  yield* selectReduceOnBoard(input.byteLength, board.size)(board, op, input, out, 0)
  if (board.rank !== 0) return void (yield* readFrom(board, 0, () => ({ from: 0, into: out })))
  yield* far.run(layout.leaders, (endpoint) => between(endpoint, out))
  yield* showToAll(board, out)
}

/**
 * Long vectors. Where every host has k ranks or more, slice i of the k of a vector is the lane of the i-th rank of
 * each host: it combines that slice of all vectors of its host, exchanges it with the other hosts' i-th ranks, and
 * shows its host's ranks the result. So no rank sends more than an n-th part, and all of them do at the same time.
 * n gamma (l - 1)/k for combining l vectors, the messages of n/k bytes, and n to read.
 *
 * In place is safe as in allreduceSliced.
 */
export function* allreduceByLanes(
  { board, layout }: Hosts,
  far: Far,
  op: Op,
  input: Block,
  inPlace: boolean,
  out: Block,
  between: Between,
): Steps<void> {
  const lanes = layout.least
  const { rank } = board
  const length = lengthOf(input)
  const startOf = (lane: number): number => Math.floor((Math.min(lane, lanes) * length) / lanes)
  const slice = (lane: number): Block => out.slice(startOf(lane), startOf(lane + 1))
  const mine = slice(rank)
  let isLent = yield* combineLane(board, op, input, inPlace, mine, startOf(rank))
  if (rank < lanes) {
    const peers = layout.members.map((members) => members[rank]!)
    yield* far.run(peers, (endpoint) => between(endpoint, mine))
  }
  // The windows of all slices are as many as those of the longest, which is the last.
  const n = windowsOf(board, slice(lanes - 1).byteLength)
  for (let w = 0; w < n; w++) {
    if (rank >= lanes) board.pass()
    else {
      while (!board.isFree()) yield
      isLent = board.show(windowOf(board, mine, w, n)) || isLent
    }
    for (const peer of othersOf(board)) {
      if (peer >= lanes) continue
      while (!board.came(peer)) yield
      readPart(board, peer, w, n, 0, slice(peer))
      if (isLong(input.byteLength)) yield rest(board)
    }
    board.leave()
  }
  if (isLent) yield* waitForReaders(board, null)
}

/** All show their vectors, and this rank combines those elements of all of them that `mine` has room for. */
function* combineLane(
  board: Board,
  op: Op,
  input: Block,
  inPlace: boolean,
  mine: Block,
  first: number,
): Steps<boolean> {
  const last = first + lengthOf(mine)
  const n = windowsOf(board, input.byteLength)
  const perWindow = board.cellBytes / elementSize(input.type)
  let isLent = false
  for (let w = 0; w < n; w++) {
    const shown = windowOf(board, input, w, n)
    while (!board.isFree()) yield
    isLent = board.show(shown)
    while (!board.allCame()) yield
    const before = n === 1 ? 0 : w * perWindow
    const start = Math.max(first, before)
    const end = Math.min(last, before + lengthOf(shown))
    if (start < end) {
      const result = mine.slice(start - first, end - first)
      yield* combineLong(board, op, shown, inPlace, board.size, start - before, end - before, result)
    }
    board.leave()
  }
  return isLent
}

/** Items: leaders get those of their hosts, and combine. */
export function* allreduceItemsOnHosts(
  { board, layout }: Hosts,
  far: Far,
  carrier: ItemsCarrier,
  own: Item,
  between: (endpoint: Endpoint, partial: Item) => Promise<Item>,
): Steps<Item> {
  const partial = yield* reduceItems(board, carrier, own, 0)
  if (partial === undefined) {
    const block = yield* readFrom(board, 0, (type, bytes) => ({ from: 0, into: Block.allocate(type, bytes) }))
    return Item.ofBytes(block.bytes())
  }
  const result = yield* far.run(layout.leaders, (endpoint) => between(endpoint, partial))
  const bytes = carrier.bytes(result)
  yield* showToAll(board, Block.item(bytes))
  return Item.ofBytes(bytes)
}

/** Vectors and a function of whole ones: leaders get those of their hosts, and call the function. */
export function* allreduceWholeArraysOnHosts(
  { board, layout }: Hosts,
  far: Far,
  carrier: WholeArraysCarrier,
  own: Raw,
  between: (endpoint: Endpoint, partial: Raw) => Promise<Raw>,
): Steps<Raw> {
  const partial = yield* reduceWholeArrays(board, carrier, own, 0)
  if (partial === undefined) {
    const { type, byteLength } = Block.of(own)
    const block = yield* readFrom(board, 0, () => ({ from: 0, into: Block.allocate(type, byteLength) }))
    return block.array()
  }
  const result = yield* far.run(layout.leaders, (endpoint) => between(endpoint, partial))
  yield* showToAll(board, Block.of(result))
  return result
}
