/**
 * A rank: its world communicator over a given transport, clock and job, and its orderly end.
 *
 * No process state: a job has one of these per process (world.ts), a simulation N in one process.
 */

import type { Activity, Job } from '../bootstrap/job.ts'
import { DeadlockError, MpiError } from '../errors.ts'
import type { Clock, Transport } from '../transport/transport.ts'
import { Cart } from './cart/cart.ts'
import { Communicator } from './communicator.ts'
import { type Boards, Core, NO_BOARD, NO_BOARDS, type RankState } from './core.ts'
import { layoutIn } from './layout-in.ts'
import { Messenger } from './messenger.ts'
import type { Operation } from './operation.ts'
import { unclaimedCalls, unclaimedWarnings, unequalCalls } from './unclaimed.ts'

export interface WorldOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly job: Job
  /** Another rank asks for this rank's address. */
  readonly onWant?: () => void
}

export interface World {
  /** The communicator of all ranks. */
  readonly comm: Communicator
  /** A communicator of this rank alone. */
  readonly self: Communicator
  /** What this rank is doing, for reports. */
  activity(): Activity
  /** Number of operations the program waits for. */
  pending(): number
  /** Says that nothing else can happen in this program: fails what nobody can serve. True: something failed. */
  idle(): boolean
  /** Resolves when the program has returned from all it ever started. */
  drained(): Promise<void>
  /** What this rank would still owe the others if its process ended now; null: nothing. */
  owed(): string | null
  /**
   * Flushes, says that this rank is finished, waits for all ranks; then what went wrong unnoticed. Null: the
   * program has begun something new meanwhile, and is not finished at all.
   */
  finalize(): Promise<Ending | null>
  close(): Promise<void>
}

/** What a rank has to say at its end. */
export interface Ending {
  readonly errors: Error[]
  readonly warnings: string[]
}

/** Ids of world and of each rank's self; see make-communicator.ts for the others. */
const WORLD_ID = 0
const SELF_COUNTER = 1
/** The board that world has on each host where ranks share memory. */
const WORLD_BOARD = 0

/** Makes the world of one rank. */
export function createWorld({ transport, clock, job, onWant }: WorldOptions): World {
  let fatal: Error | null = null
  const messenger = new Messenger({
    rank: job.rank,
    size: job.size,
    transport,
    clock,
    onPeerLost(peer, reason) {
      if (job.lost(peer, reason) === 'continue') messenger.rankLost(peer, reason)
    },
    onFatal(error) {
      fatal = error
      messenger.failAll(error)
    },
  })
  const state: RankState = {
    job,
    messenger,
    cores: new Set(),
    unequal: [],
    makeCart: (core, grid) => new Cart(core, grid),
    nextId: SELF_COUNTER + 1,
  }
  const everyone = Array.from({ length: job.size }, (_, rank) => rank)
  const world = new Core(state, WORLD_ID, 'world', everyone, boardsOfWorld(messenger, job, everyone), true)
  const self = new Core(state, job.rank + job.size * SELF_COUNTER, 'self', [job.rank], NO_BOARDS, true)

  job.listen((event) => {
    if (event.kind === 'finished') {
      messenger.rankFinished(event.rank)
      // One that never took part has no way to say so itself.
      if (event.left) transport.peerGone(event.rank, `the process of rank ${event.rank} has ended`)
    } else if (event.kind === 'want') onWant?.()
    else if (job.lost(event.rank, event.reason) === 'continue') messenger.rankLost(event.rank, event.reason)
  })
  const activity = (): Activity => ({
    pending: messenger.pending.operations().map((operation) => line(operation, clock)),
    last: messenger.pending.last?.describe() ?? null,
  })
  job.describeWith(activity)

  return {
    comm: new Communicator(world),
    self: new Communicator(self),
    activity,
    pending: () => messenger.pending.size,
    idle: () => failServedByNobody(messenger, job),
    drained: () => messenger.drained(),
    owed() {
      const [first] = messenger.pending.operations()
      if (first) return `${first.describe()} is still pending`
      if (messenger.unsent > 0)
        return `${messenger.unsent} ${messenger.unsent === 1 ? 'message has' : 'messages have'} not reached the receiver yet`
      return unnoticed(state)[0]?.message ?? null
    },
    async finalize() {
      await messenger.flush()
      if (messenger.pending.size > 0) return null
      // Others may still send to this rank, and must be told that it took what they sent.
      await messenger.serve(job.finish(), true)
      // Everybody has flushed: whatever was ever sent to this rank is here now.
      const errors = [...unnoticed(state), ...unclaimedCalls(messenger), ...unequalCalls(state)]
      if (fatal !== null && !errors.includes(fatal)) errors.push(fatal)
      return { errors, warnings: unclaimedWarnings(messenger) }
    },
    close: () => transport.close(),
  }
}

/** Everybody knows them from the beginning. */
function boardsOfWorld({ shared }: Messenger, job: Job, everyone: readonly number[]): Boards {
  if (job.size > 1 && shared?.ranks.length === job.size) return { id: WORLD_BOARD, layout: null }
  const layout = layoutIn(job, everyone)
  if (layout === null) return NO_BOARDS
  const isAlone = layout.members[layout.hostOf[job.rank]!]!.length === 1
  return { id: isAlone ? NO_BOARD : WORLD_BOARD, layout }
}

/** Failures that the program has not been told of, because it never looked. */
function unnoticed(state: RankState): Error[] {
  const errors: Error[] = []
  for (const operation of state.messenger.pending.unwaited) {
    const cause = operation.error as Error
    errors.push(
      new MpiError(`${operation.describe()}: the request failed and was never waited for: ${cause.message}`, {
        cause,
      }),
    )
  }
  for (const core of state.cores) if (core.broken !== null && !core.told) errors.push(core.broken)
  return errors
}

/** With nothing else to happen here, what only this very rank could serve will never end. */
function failServedByNobody(messenger: Messenger, job: Job): boolean {
  const { peers, pending } = messenger
  const hopeless = pending.operations().filter(
    // Waiting for oneself on a communicator of one is no matter of who is left.
    ({ context }) => !peers.anyLeft || (context.owner.ranks.length > 1 && !peers.anyLeftIn(context)),
  )
  for (const operation of hopeless) {
    const what = operation.describe()
    messenger.fail(
      operation,
      job.size === 1
        ? new DeadlockError(
            `${what}: only this rank itself could send that message, and it has nothing else to do`,
          )
        : peers.noneLeft(what),
    )
  }
  return hopeless.length > 0
}

function line(operation: Operation<unknown>, clock: Clock): string {
  const seconds = (clock.nowMs() - operation.startedMs) / 1000
  return `${operation.describe()} (for ${seconds.toFixed(1)} s)`
}
