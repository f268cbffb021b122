/**
 * Reads the ROUTER of a rank, but only while somebody listens: a pending receive keeps the process alive
 * and cannot be unreferenced, and what nobody reads stops its senders, whose windows fill.
 *
 * `readable` is asked only with no receive pending: asking eats the wake-up of a pending one.
 */

import type { Lookout } from './lookout.ts'
import { reclaim } from './reclaim.ts'
import { type Dealer, isWake, type Router } from './sockets.ts'
import { HEAD_BYTES } from './wire.ts'

/** After so much work in a row the event loop gets a turn; zeromq alone would allow 512 messages of any size. */
const MESSAGES_PER_TURN = 256
const BYTES_PER_TURN = 2 << 20
/** The same for messages that this rank looked for itself, some 100 us each. */
const LOOKS_PER_TURN = 8
/** What comes after a longer message is one of many, and ZeroMQ's thread needs the core to copy it. */
const SHORT_BYTES = 4096
/** So many messages are more than had arrived: other ranks may send for ever, faster than we read. */
const MESSAGES_PER_DRAIN = 10_000

export interface InboxEvents {
  listening(): boolean
  /** `parts[0]` is the routing id. */
  message(parts: readonly Uint8Array[]): void
  failed(error: Error): void
}

export class Inbox {
  readonly #router: Router
  /** Sends to our own router, to end a receive that is pending for nobody. */
  readonly #waker: Dealer
  readonly #events: InboxEvents
  /** Null: the event loop alone waits; `#isLooking`: whether it is worth asking for the next message. */
  readonly #lookout: Lookout | null
  #isLooking = false
  #running = false
  #pending = false
  #waking = false
  #checking = false
  #closed = false
  #drained: (() => void)[] = []
  #sinceDrain = 0
  /** Read since the loop last had a turn because of us. */
  #messages = 0
  #bytes = 0
  #looks = 0

  constructor(router: Router, waker: Dealer, events: InboxEvents, lookout: Lookout | null) {
    this.#router = router
    this.#waker = waker
    this.#events = events
    this.#lookout = lookout
  }

  /** To be called when somebody begins to listen. */
  start(): void {
    if (this.#running || this.#closed) return
    this.#running = true
    this.#next()
  }

  /** To be called when nobody listens any more. */
  stop(): void {
    if (!this.#pending || this.#checking) return
    // Not at once: most often the next operation begins before the loop has turned.
    this.#checking = true
    setImmediate(() => {
      this.#checking = false
      if (!this.#events.listening()) this.#wake()
    })
  }

  /** Calls `f` when all that has arrived so far has been delivered. The caller sees to it that somebody listens. */
  whenDrained(f: () => void): void {
    this.#drained.push(f)
    this.#sinceDrain = 0
    if (this.#pending) this.#wake()
    else this.start()
  }

  close(): void {
    this.#closed = true
    this.#router.close()
    this.#waker.close()
  }

  #wake(): void {
    if (!this.#pending || this.#waking || this.#closed) return
    this.#waking = true
    this.#waker.send('').catch((error: Error) => {
      if (!this.#closed) this.#events.failed(error)
    })
  }

  #isDrained(): boolean {
    return this.#sinceDrain > MESSAGES_PER_DRAIN || !this.#router.readable
  }

  readonly #next = (): void => {
    if (this.#closed || !this.#events.listening()) {
      this.#running = false
      return
    }
    if (this.#drained.length > 0 && this.#isDrained()) {
      // Whoever asked may still be inside a call of the transport.
      queueMicrotask(this.#tellDrained)
      return
    }
    if (this.#isLooking && this.#lookout!.wait(this.#isReadable)) this.#looks++
    this.#pending = true
    try {
      this.#router.receive().then(this.#take, this.#broken)
    } catch (error) {
      this.#broken(error as Error)
    }
  }

  readonly #isReadable = (): boolean => this.#router.readable

  readonly #tellDrained = (): void => {
    for (const f of this.#drained.splice(0)) f()
    this.#next()
  }

  readonly #take = (parts: readonly Uint8Array[]): void => {
    this.#pending = false
    try {
      if (isWake(parts[0]!)) this.#waking = false
      else this.#events.message(parts)
    } catch (error) {
      this.#broken(error as Error)
      return
    }
    this.#sinceDrain++
    const length = (parts[1]?.length ?? 0) + (parts[2]?.length ?? 0)
    this.#bytes += length
    // Whoever gets no more than an acknowledgement has sent much, and waits for nothing.
    this.#isLooking = this.#lookout !== null && length > HEAD_BYTES && length <= SHORT_BYTES
    for (let i = 1; i < parts.length; i++) reclaim(parts[i]!)
    if (
      ++this.#messages >= MESSAGES_PER_TURN ||
      this.#bytes >= BYTES_PER_TURN ||
      this.#looks >= LOOKS_PER_TURN
    ) {
      this.#messages = 0
      this.#bytes = 0
      this.#looks = 0
      setImmediate(this.#next)
    } else {
      // Whoever waited for this message may want to answer: asking for the next one takes as long as that.
      process.nextTick(this.#next)
    }
  }

  readonly #broken = (error: Error): void => {
    this.#pending = false
    this.#running = false
    if (!this.#closed) this.#events.failed(error)
  }
}
