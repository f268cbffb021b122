/**
 * The inside of a communicator: its ranks, its two contexts, its order of calls, and whether it is broken.
 *
 * Communicator (communicator.ts) is the face that programs see; everything below sees this.
 */

import type { Job } from '../bootstrap/job.ts'
import { CancelledError, CollectiveMismatchError, MpiError } from '../errors.ts'
import type { Board } from '../transport/board.ts'
import type { Frame } from '../wire/frame.ts'
import type { Shown } from './board-mismatch.ts'
import { CallOrder } from './call-order.ts'
import type { Cart } from './cart/cart.ts'
import type { Grid } from './cart/grid.ts'
import type { Steps } from './collective/board/steps.ts'
import type { CollectiveOptions, Endpoint, Scope } from './collective/endpoint.ts'
import type { Far, Hosts } from './collective/hosts/hosts.ts'
import type { HostLayout } from './collective/hosts/layout.ts'
import { LoneBoard } from './collective/hosts/lone-board.ts'
import type { CallSignature } from './collective/signature.ts'
import { Context, type ContextOwner } from './context.ts'
import { Group } from './group.ts'
import type { Messenger } from './messenger.ts'
import { PointToPoint } from './point-to-point.ts'

/** What all communicators of one rank share. */
export interface RankState {
  readonly job: Job
  readonly messenger: Messenger
  /** Communicators that are not freed. */
  readonly cores: Set<Core>
  /** What was wrong with the calls of freed communicators. */
  readonly unequal: MpiError[]
  /** The face of a communicator with a grid: it is made by communicators, and is itself one. */
  readonly makeCart: (core: Core, grid: Grid) => Cart
  /** Counts the ids this rank has named for new communicators. */
  nextId: number
}

/** The number of no board. */
export const NO_BOARD = -1

/** The boards of a communicator. */
export interface Boards {
  /** The number of the one that this rank uses; NO_BOARD: none. */
  readonly id: number
  /** How its ranks lie on hosts, each of which has a board for them; null: all share one, or there are none. */
  readonly layout: HostLayout | null
}

export const NO_BOARDS: Boards = { id: NO_BOARD, layout: null }

export class Core implements ContextOwner, Scope {
  readonly state: RankState
  readonly label: string
  readonly rank: number
  readonly size: number
  readonly ranks: readonly number[]
  readonly group: Group
  readonly p2p: PointToPoint
  broken: Error | null = null
  /** Whether an error about the broken communicator has reached the program. */
  told = false
  readonly byRank: boolean
  readonly #boards: Boards
  #board: Board | null | undefined
  #hosts: Hosts | null | undefined
  readonly #calls: CallOrder
  readonly #collective: Context

  /** Whether this is `world` or `self`. */
  readonly isPermanent: boolean

  /**
   * `id`: the same on all members, and different from that of any other communicator of each. `boards`: what
   * all have agreed on.
   */
  constructor(
    state: RankState,
    id: number,
    label: string,
    ranks: readonly number[],
    boards: Boards,
    isPermanent = false,
  ) {
    this.state = state
    this.isPermanent = isPermanent
    this.label = label
    this.ranks = ranks
    this.size = ranks.length
    this.group = new Group(ranks, state.job.rank)
    this.rank = this.group.rank as number
    const context = new Context(2 * id, this, false)
    this.#collective = new Context(2 * id + 1, this, true)
    this.p2p = new PointToPoint(state.messenger, context)
    this.byRank = state.job.bracketing === 'rank'
    this.#boards = boards
    this.#calls = new CallOrder(
      state.messenger,
      this.#collective,
      () => this.#shown(),
      (error) => this.#break(error),
    )
    state.cores.add(this)
    state.messenger.addContext(context)
    state.messenger.addContext(this.#collective)
  }

  /** The board of its ranks, if they have one: looked for at the first call, since it takes memory that may never be needed. */
  get board(): Board | null {
    if (this.#board === undefined) {
      const { id, layout } = this.#boards
      this.#board = id === NO_BOARD || layout !== null ? null : this.#takeBoard(this.ranks)
    }
    return this.#board
  }

  /** Looked for at the first call, like the board. */
  get hosts(): Hosts | null {
    if (this.#hosts === undefined) this.#hosts = this.#findHosts()
    return this.#hosts
  }

  #findHosts(): Hosts | null {
    const { id, layout } = this.#boards
    if (layout === null) return null
    const here = layout.hostOf[this.rank]!
    const ranks = layout.members[here]!.map((rank) => this.ranks[rank]!)
    return { layout, here, board: id === NO_BOARD ? new LoneBoard() : this.#takeBoard(ranks) }
  }

  #takeBoard(ranks: readonly number[]): Board {
    return this.state.messenger.shared!.board(this.#boards.id, ranks)
  }

  /** The board where this rank's calls are shown, if there is one. */
  #shown(): Shown | null {
    if (this.#boards.id === NO_BOARD) return null
    const { board, hosts } = this
    if (hosts === null) return { board: board!, members: null }
    return { board: hosts.board, members: hosts.layout.members[hosts.here]! }
  }

  call<T>(
    signature: CallSignature,
    options: CollectiveOptions | undefined,
    body: (endpoint: Endpoint) => Promise<T>,
  ): Promise<T> {
    return this.#calls.run(signature, options, body)
  }

  alone<T>(signature: CallSignature, options: CollectiveOptions | undefined, work: () => T): Promise<T> {
    return this.#calls.runAlone(signature, options, work)
  }

  onBoard<T>(signature: CallSignature, options: CollectiveOptions | undefined, steps: Steps<T>): Promise<T> {
    return this.#calls.runOnBoard(signature, options, steps)
  }

  onHosts<T>(
    signature: CallSignature,
    options: CollectiveOptions | undefined,
    start: (far: Far) => Steps<T>,
  ): Promise<T> {
    return this.#calls.runOnHosts(signature, options, this.hosts!.board, start)
  }

  /** What is wrong with the collective calls of the other ranks, now that nobody makes any more. */
  unequalCalls(): MpiError | null {
    return this.#calls.end()
  }

  mismatch(call: string, detail: string): Error {
    return new CollectiveMismatchError(`${call} ${this.p2p.context.where}: ${detail}`)
  }

  admit(frame: Frame): boolean {
    return this.#calls.admit(frame)
  }

  onInquiry(frame: Frame): void {
    this.#calls.onInquiry(frame)
  }

  brokenSeen(): void {
    this.told = true
  }

  breakFromRemote(error: Error): void {
    // Passed on, so that every rank hears of it before it can hear that the rank it heard it from has finished.
    this.#break(error as MpiError)
  }

  free(): void {
    if (this.isPermanent)
      throw new MpiError(`free on ${this.label}: ${this.label} lasts as long as the program`)
    const unequal = this.#calls.free()
    if (unequal !== null) this.state.unequal.push(unequal)
    const freed = new CancelledError(`${this.label} has been freed; keep it until its last call is complete`)
    this.broken ??= freed
    this.told = true
    this.state.messenger.removeContext(this.p2p.context, this.broken)
    this.state.messenger.removeContext(this.#collective, this.broken)
    this.state.cores.delete(this)
    const { id } = this.#boards
    if (id !== NO_BOARD) this.state.messenger.shared!.freeBoard(id)
  }

  #break(error: MpiError): void {
    if (this.broken !== null) return
    this.broken = error
    const { messenger } = this.state
    messenger.announceBreak(this.p2p.context, error)
    for (const context of [this.p2p.context, this.#collective]) {
      if (messenger.failContext(context, error)) this.told = true
      messenger.dropArrivals(context)
    }
  }
}
