/**
 * A context: one separate world of messages. A communicator has two, for its point-to-point messages and
 * for its collectives, so that neither can ever match the other's (MPI-4.1 §7.1).
 */

import type { Frame } from '../wire/frame.ts'
import { MatchQueue } from './matching.ts'
import type { ProbeOperation, RecvOperation } from './operations.ts'

/** A message that came before anybody asked for it: header, and for an eager one the payload. */
export class ArrivedMessage {
  readonly frame: Frame
  /** The sender's rank in the whole job. */
  readonly peer: number
  /** Our own copy of the payload; null if it still waits at the sender. */
  readonly body: Uint8Array | null
  /** Whether the program has received it through the handle that mprobe gave. */
  received = false

  constructor(frame: Frame, peer: number, body: Uint8Array | null) {
    this.frame = frame
    this.peer = peer
    this.body = body
  }

  get source(): number {
    return this.frame.source
  }

  get tag(): number {
    return this.frame.tag
  }
}

/** What a communicator looks like from below. */
export interface ContextOwner {
  /** `world`, `world.split(1)`. */
  readonly label: string
  readonly rank: number
  /** Rank in the job of each rank of the communicator. */
  readonly ranks: readonly number[]
  /** Why the communicator cannot be used any more; null while it can. */
  readonly broken: Error | null
  /** The error of a broken communicator has reached the program. */
  brokenSeen(): void
  /** Another rank says that the communicator is broken. */
  breakFromRemote(error: Error): void
  /** Another rank waits for this one in a collective call, and says in which. */
  onInquiry(frame: Frame): void
  /** Looks at a collective's message when it comes; false: it proved a mismatch and must be dropped. */
  admit(frame: Frame): boolean
}

export class Context {
  readonly id: number
  readonly owner: ContextOwner
  readonly collective: boolean
  /** Receives, and probes that take: what an mprobe gets is what a receive in its place would get. */
  readonly queue: MatchQueue<RecvOperation<unknown> | ProbeOperation<unknown>, ArrivedMessage>
  /** Whether this rank has ever sent to itself here: then it may do so again. */
  sentToSelf = false
  /** Probes that wait to look at a message, in the order they were posted. */
  readonly probes: ProbeOperation<unknown>[] = []

  constructor(id: number, owner: ContextOwner, collective: boolean) {
    this.id = id
    this.owner = owner
    this.collective = collective
    this.queue = new MatchQueue(owner.ranks.length)
  }

  /** `on world, rank 1 of 4`, for messages about an operation. */
  get where(): string {
    return `on ${this.owner.label}, rank ${this.owner.rank} of ${this.owner.ranks.length}`
  }
}

/** Where a call is made, in words only when an error needs them: `send on world, rank 1 of 4`. */
export class CallSite {
  readonly #name: string
  readonly #context: Context

  constructor(name: string, context: Context) {
    this.#name = name
    this.#context = context
  }

  toString(): string {
    return `${this.#name} ${this.#context.where}`
  }
}
