/** One rank's end of a simulated network. */

import { invariant } from '../../errors.ts'
import type { Frame } from '../../wire/frame.ts'
import type { CommonMemory } from '../shared-memory.ts'
import type { SendToken, Sink, Transport } from '../transport.ts'
import type { Channel } from './channel.ts'
import type { Inbox } from './inbox.ts'
import type { Flush } from './parcel.ts'

/** What a rank's end needs of the network between all of them. */
export interface Exchange {
  readonly size: number
  readonly common: CommonMemory
  channel(source: number, dest: number): Channel
  /** The channel, if anything was ever sent through it. */
  existing(source: number, dest: number): Channel | undefined
  /** `rank` closes its end: the others learn that it is gone. */
  leave(rank: number): void
}

export interface Limits {
  readonly maxBodyBytes: number
  readonly eagerBytes: number
  readonly creditBytes: number
}

export class SimulatedTransport implements Transport {
  readonly name = 'simulated'
  readonly maxBodyBytes: number
  readonly eagerBytes: number
  readonly creditBytes: number
  readonly common: CommonMemory
  readonly #exchange: Exchange
  readonly #inbox: Inbox
  readonly #gone = new Set<number>()

  constructor(exchange: Exchange, inbox: Inbox, limits: Limits) {
    this.#exchange = exchange
    this.#inbox = inbox
    this.common = exchange.common
    this.maxBodyBytes = limits.maxBodyBytes
    this.eagerBytes = limits.eagerBytes
    this.creditBytes = limits.creditBytes
  }

  get unflushed(): number {
    let frames = 0
    for (let dest = 0; dest < this.#exchange.size; dest++)
      frames += this.#exchange.existing(this.#inbox.rank, dest)?.carried ?? 0
    return frames
  }

  open(sink: Sink): void {
    this.#inbox.open(sink)
  }

  send(peer: number, frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean {
    invariant(
      Number.isInteger(peer) && peer >= 0 && peer < this.#exchange.size,
      `rank ${this.#inbox.rank} sent a frame to rank ${peer} of ${this.#exchange.size}`,
    )
    invariant(
      body === null || body.byteLength <= this.maxBodyBytes,
      `a frame has ${body?.byteLength} bytes of body, more than the ${this.maxBodyBytes} allowed`,
    )
    // After close, or death, nobody is there to be told that the body is free.
    if (this.#inbox.isClosed) return true
    return this.#exchange.channel(this.#inbox.rank, peer).send(frame, body, token)
  }

  hold(): void {
    this.#inbox.hold()
  }

  release(): void {
    this.#inbox.release()
  }

  peerGone(peer: number, reason: string): void {
    if (this.#gone.has(peer) || this.#inbox.isClosed) return
    this.#gone.add(peer)
    const own = this.#inbox.rank
    this.#exchange.channel(own, peer).cut()
    this.#exchange.channel(peer, own).endWith(reason)
  }

  flush(): Promise<void> {
    return new Promise((resolve) => {
      const flush: Flush = { channels: 0, resolve }
      for (let dest = 0; dest < this.#exchange.size; dest++)
        this.#exchange.existing(this.#inbox.rank, dest)?.join(flush)
      if (flush.channels === 0) resolve()
    })
  }

  /** Frames that are on their way still arrive, as from a kernel that has them; the others are lost. */
  async close(): Promise<void> {
    this.#exchange.leave(this.#inbox.rank)
  }
}
