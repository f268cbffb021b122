/**
 * A rank to itself.
 *
 * Always copies: a body borrowed from oneself could only be given back by oneself, after a receive that
 * may be the very next statement. Delivers while held, and during a flush, like a transport between processes,
 * so that a program cannot come to depend on its own messages being different.
 */

import { Frame } from '../wire/frame.ts'
import { Fifo } from './fifo.ts'
import { KeepAlive } from './keep-alive.ts'
import type { SendToken, Sink, Transport } from './transport.ts'

/**
 * So many deliveries may run as microtasks before one waits for a turn of the event loop: microtasks are
 * ten times faster, but a program that only ever talks to itself must not starve its own timers.
 */
const DELIVERIES_PER_TURN = 64

const EMPTY = new Uint8Array(0)

export class LoopbackTransport implements Transport {
  readonly name = 'loopback'
  readonly maxBodyBytes: number
  readonly eagerBytes: number
  readonly creditBytes: number
  readonly #rank: number
  readonly #keepAlive = new KeepAlive()
  #sink: Sink | null = null
  readonly #queue = new Fifo<{ readonly frame: Frame; readonly body: Uint8Array }>()
  #sent = 0
  #holds = 0
  #scheduled = false
  #sinceTurn = 0
  #closed = false
  /** Each waits until what had been sent at its time is delivered. */
  readonly #flushes = new Fifo<{ readonly target: number; readonly resolve: () => void }>()

  /** @param maxBodyBytes longest body of one frame; nothing here needs a limit, but the caller's buffers may */
  constructor(rank: number, maxBodyBytes = 1 << 20) {
    this.#rank = rank
    this.maxBodyBytes = maxBodyBytes
    this.eagerBytes = maxBodyBytes
    this.creditBytes = Math.max(maxBodyBytes, 64 << 20)
  }

  get unflushed(): number {
    return this.#queue.length
  }

  open(sink: Sink): void {
    this.#sink = sink
  }

  send(_peer: number, frame: Frame, body: Uint8Array | null, _token: SendToken | null): boolean {
    if (this.#closed) return true
    this.#sent++
    const copy = body === null ? EMPTY : new Uint8Array(body)
    this.#queue.push({ frame: new Frame().copyFrom(frame), body: copy })
    this.#schedule()
    return true
  }

  hold(): void {
    if (this.#holds++ > 0 || this.#closed) return
    this.#keepAlive.on()
    this.#schedule()
  }

  release(): void {
    if (--this.#holds === 0) this.#keepAlive.off()
  }

  /** A rank that can ask is not gone. */
  peerGone(): void {}

  flush(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#flushes.push({ target: this.#sent, resolve })
      this.#schedule()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#queue.drain()
    this.#keepAlive.close()
    for (const { resolve } of this.#flushes.drain()) resolve()
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0 || !this.#listening()) return
    this.#scheduled = true
    if (this.#sinceTurn++ < DELIVERIES_PER_TURN) queueMicrotask(() => this.#deliver())
    else {
      setImmediate(() => {
        this.#sinceTurn = 0
        this.#deliver()
      })
    }
  }

  #deliver(): void {
    this.#scheduled = false
    // What the sink sends meanwhile is for the next round, or it could keep this loop going for ever.
    for (let left = this.#queue.length; left > 0 && this.#listening(); left--) {
      const { frame, body } = this.#queue.shift()!
      this.#sink!.onFrame(this.#rank, frame, body)
      if (this.#closed) return
    }
    const delivered = this.#sent - this.#queue.length
    while ((this.#flushes.peek()?.target ?? Infinity) <= delivered) this.#flushes.shift()!.resolve()
    this.#schedule()
  }

  #listening(): boolean {
    return this.#holds > 0 || this.#flushes.length > 0
  }
}
