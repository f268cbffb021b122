/**
 * Making communicators from others: dup, split, create (MPI-4.1 §7.4).
 *
 * All ranks of the parent take part in one exchange of a few numbers each. It settles who is in, in which
 * order, and the id: rank 0 of the parent names one that it has never named before, and that no other rank
 * can name. The parts of a split share it, which is right: no rank is in two of them.
 *
 * If all ranks of a new communicator share memory, the first of them takes a board for it, and tells the others
 * within the same call. If they are on several hosts the first rank of each takes one, and all hear of all of them:
 * either every host has one, or none is used.
 */

import { CollectiveMismatchError, invariant, MpiError, RankError } from '../errors.ts'
import { Block } from '../wire/block.ts'
import type { Endpoint } from './collective/endpoint.ts'
import type { HostLayout } from './collective/hosts/layout.ts'
import { type CallName, signature } from './collective/signature.ts'
import { type Boards, Core, NO_BOARD, NO_BOARDS } from './core.ts'
import type { Group } from './group.ts'
import { layoutIn } from './layout-in.ts'

/** A communicator of the same ranks, in which nothing can match what is sent in the parent. */
export function dup(parent: Core): Promise<Core> {
  return derive(parent, 'dup', [], `${parent.label}.dup()`, () => parent.ranks) as Promise<Core>
}

/** The communicator of the ranks that gave the same color; null for color null. */
export function split(parent: Core, color: number | null, key: number): Promise<Core | null> {
  const where = `split on ${parent.label}, rank ${parent.rank} of ${parent.size}`
  if (color !== null && (!Number.isInteger(color) || color < 0)) {
    throw new MpiError(`${where}: color is ${String(color)}; give an integer, 0 or more, or null to stay out`)
  }
  if (!Number.isFinite(key)) throw new MpiError(`${where}: key is ${String(key)}; give a number`)
  return derive(parent, 'split', [color ?? -1, key], `${parent.label}.split(${color})`, (rows) => {
    if (color === null) return null
    return rows
      .map(([theirColor, theirKey], rank) => ({ rank, color: theirColor!, key: theirKey! }))
      .filter((member) => member.color === color)
      .sort((a, b) => a.key - b.key || a.rank - b.rank)
      .map((member) => parent.ranks[member.rank]!)
  })
}

/** The communicator of a group of the parent's ranks; null outside the group. All ranks name the same group. */
export function create(parent: Core, group: Group): Promise<Core | null> {
  const members = group.ranks.map((rank) => parent.group.indexOf(rank))
  if (members.includes(null)) {
    throw new RankError(
      `create on ${parent.label}, rank ${parent.rank} of ${parent.size}: the group has ranks that are not in ` +
        `${parent.label}; make it from ${parent.label}.group`,
    )
  }
  const mine = [members.length, ...(members as number[])]
  return derive(parent, 'create', mine, `${parent.label}.create(${members.length} ranks)`, (rows) => {
    const [other, theirs] = firstOther(rows, mine) ?? []
    if (theirs !== undefined) {
      throw new CollectiveMismatchError(
        `create on ${parent.label}, rank ${parent.rank} of ${parent.size}: rank ${other} gave the group ` +
          `[${theirs.slice(1).join(', ')}], this rank [${members.join(', ')}]; all ranks must give the same group`,
      )
    }
    return group.rank === null ? null : group.ranks
  })
}

/** The first rank that brought other numbers than this one, and those; null: all brought the same. */
export function firstOther(
  rows: readonly (readonly number[])[],
  mine: readonly number[],
): [rank: number, numbers: readonly number[]] | null {
  const rank = rows.findIndex((row) => row.length !== mine.length || row.some((n, i) => n !== mine[i]))
  return rank < 0 ? null : [rank, rows[rank]!]
}

/**
 * Makes a communicator of those ranks of the parent that `choose` names, as ranks of the job, when it sees the
 * numbers that every rank of the parent has brought. Null: this rank is in none.
 */
export async function derive(
  parent: Core,
  call: CallName,
  mine: readonly number[],
  label: string,
  choose: (rows: readonly (readonly number[])[]) => readonly number[] | null,
): Promise<Core | null> {
  const proposed = proposal(parent)
  const made = await parent.call(signature(call), undefined, async (endpoint) => {
    const rows = await exchange(endpoint, [proposed, ...mine])
    const ranks = choose(rows.map((row) => row.slice(1)))
    if (ranks === null) return null
    return { id: rows[0]![0]!, ranks, boards: await shareBoards(parent, endpoint, ranks) }
  })
  return made && new Core(parent.state, made.id, label, made.ranks, made.boards)
}

async function shareBoards(parent: Core, endpoint: Endpoint, ranks: readonly number[]): Promise<Boards> {
  const layout = layoutIn(parent.state.job, ranks)
  if (layout !== null) return takeBoards(parent, endpoint, ranks, layout)
  const id = await shareBoard(parent, endpoint, ranks)
  return id === NO_BOARD ? NO_BOARDS : { id, layout: null }
}

/** One board on each host with several ranks. The first rank of all collects their numbers, and tells everybody. */
async function takeBoards(
  parent: Core,
  endpoint: Endpoint,
  ranks: readonly number[],
  layout: HostLayout,
): Promise<Boards> {
  const { shared } = parent.state.messenger
  const inParent = ranks.map((rank) => parent.group.indexOf(rank) as number)
  const me = inParent.indexOf(parent.rank)
  const { members, leaders } = layout
  const here = layout.hostOf[me]!
  const isShared = (host: number): boolean => members[host]!.length > 1
  const mine = members[here]!.map((rank) => ranks[rank]!)
  const ids = new Float64Array(members.length)
  if (isShared(here) && me === leaders[here]) {
    ids[here] = shared?.takeBoard() ?? NO_BOARD
    // Wiped while nobody has heard of it; see below.
    if (ids[here] !== NO_BOARD) shared!.board(ids[here], mine).reset()
  }
  const idOf = (host: number): Block => Block.of(ids).slice(host, host + 1)
  const root = inParent[0]!
  if (me === 0) {
    const others = leaders.filter((leader, host) => leader !== me && isShared(host))
    await Promise.all(
      others.map((leader) => endpoint.recvInto(idOf(layout.hostOf[leader]!), inParent[leader]!)),
    )
    await Promise.all(inParent.slice(1).map((rank) => endpoint.send(Block.of(ids), rank)))
  } else {
    if (isShared(here) && me === leaders[here]) await endpoint.send(idOf(here), root)
    await endpoint.recvInto(Block.of(ids), root)
  }
  const id = ids[here]!
  if (!ids.includes(NO_BOARD)) return { id: isShared(here) ? id : NO_BOARD, layout }
  if (isShared(here) && id !== NO_BOARD) {
    // A board is free again when all its ranks have given it up.
    shared!.board(id, mine)
    shared!.freeBoard(id)
  }
  return NO_BOARDS
}

/** The number of a new board for `ranks`, which the first of them takes; NO_BOARD if they cannot have one. */
async function shareBoard(parent: Core, endpoint: Endpoint, ranks: readonly number[]): Promise<number> {
  const { shared } = parent.state.messenger
  if (ranks.length === 1 || shared === null || !ranks.every((rank) => shared.ranks.includes(rank)))
    return NO_BOARD
  const inParent = ranks.map((rank) => parent.group.indexOf(rank) as number)
  const [first, ...others] = inParent as [number, ...number[]]
  const boardId = new Float64Array(1)
  if (parent.rank !== first) {
    await endpoint.recvInto(Block.of(boardId), first)
    return boardId[0]!
  }
  boardId[0] = shared.takeBoard()
  // Others have used it before, and nobody uses it now: the last moment to wipe it is before they hear of it.
  if (boardId[0] !== NO_BOARD) shared.board(boardId[0], ranks).reset()
  await Promise.all(others.map((rank) => endpoint.send(Block.of(boardId), rank)))
  return boardId[0]
}

/** A new id if this rank is to name it. Ids of different ranks differ by construction. */
function proposal(parent: Core): number {
  if (parent.rank !== 0) return 0
  const { job } = parent.state
  const id = job.rank + job.size * parent.state.nextId++
  invariant(
    id < 2 ** 31,
    `${job.size} ranks cannot make more than ${Math.floor(2 ** 31 / job.size)} communicators each`,
  )
  return id
}

/** Every rank's numbers, in rank order, on every rank: rank 0 gathers and passes on. */
async function exchange(endpoint: Endpoint, mine: readonly number[]): Promise<number[][]> {
  const { rank, size } = endpoint
  if (rank !== 0) {
    await endpoint.send(Block.of(Float64Array.from(mine)), 0)
    return unpack(await endpoint.recv(0))
  }
  const others = await Promise.all(Array.from({ length: size - 1 }, (_, i) => endpoint.recv(i + 1)))
  const rows = [[...mine], ...others.map((block) => Array.from(block.array() as Float64Array))]
  const packed = Block.of(Float64Array.from(rows.flatMap((row) => [row.length, ...row])))
  await Promise.all(Array.from({ length: size - 1 }, (_, i) => endpoint.send(packed, i + 1)))
  return rows
}

function unpack(block: Block): number[][] {
  const numbers = Array.from(block.array() as Float64Array)
  const rows: number[][] = []
  for (let at = 0; at < numbers.length; at += 1 + numbers[at]!) {
    rows.push(numbers.slice(at + 1, at + 1 + numbers[at]!))
  }
  return rows
}
