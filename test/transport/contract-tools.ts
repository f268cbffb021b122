/** What the conformance suite is made of: a sink that records, a group of transports, reproducible data. */

import { expect } from 'vitest'
import type { SendToken, Sink, Transport } from '../../src/transport/transport.ts'
import { Frame } from '../../src/wire/frame.ts'

export { data, isData, numbered } from './contract-data.ts'

/** N connected transports in one process, transport r being rank r of N. None has been opened. */
export interface Fixture {
  readonly transports: readonly Transport[]
  /** Lets `rank` die without a word, as SIGKILL would. */
  kill(rank: number): void | Promise<void>
  /** Frees whatever the test has left open. */
  dispose(): void | Promise<void>
}

export interface Arrival {
  readonly peer: number
  readonly frame: Frame
  readonly body: Uint8Array
}

/** What one rank's sink was told, in order; copied, since frame and body live for the call only. */
export class Recorder implements Sink {
  readonly arrivals: Arrival[] = []
  readonly released = new Set<SendToken>()
  readonly gone: { readonly peer: number; readonly reason: string; readonly after: number }[] = []
  readonly breaches: string[] = []
  /** More to do inside `onFrame` or `onReleased`, after recording. */
  also: { frame?: (arrival: Arrival) => void; released?: (token: SendToken) => void } = {}
  readonly #group: Group
  #inside = false
  readonly #waiting: { readonly done: () => boolean; readonly wake: () => void }[] = []

  constructor(group: Group) {
    this.#group = group
  }

  onFrame(peer: number, frame: Frame, body: Uint8Array): void {
    this.#told('onFrame', () => {
      if (Buffer.isBuffer(body)) this.breaches.push('the body is a Buffer, whose slice() does not copy')
      const arrival = { peer, frame: new Frame().copyFrom(frame), body: body.slice() }
      this.arrivals.push(arrival)
      this.also.frame?.(arrival)
    })
  }

  onReleased(token: SendToken): void {
    this.#told('onReleased', () => {
      if (this.released.has(token)) this.breaches.push('a body was released twice')
      this.released.add(token)
      this.also.released?.(token)
    })
  }

  onPeerGone(peer: number, reason: string): void {
    this.#told('onPeerGone', () => {
      if (this.gone.some((g) => g.peer === peer)) this.breaches.push(`peer ${peer} was announced gone twice`)
      if (reason === '') this.breaches.push(`peer ${peer} is gone without a reason`)
      this.gone.push({ peer, reason, after: this.arrivals.length })
    })
  }

  onFatal(error: Error): void {
    this.breaches.push(`onFatal: ${error.stack}`)
    this.#wake()
  }

  /** Resolves as soon as `done()` holds; it is asked after every call of the sink. */
  until(done: () => boolean): Promise<void> {
    if (done()) return Promise.resolve()
    return new Promise((wake) => this.#waiting.push({ done, wake }))
  }

  /** Resolves when `count` frames have come, from `peer` if given. */
  arrived(count: number, peer?: number): Promise<void> {
    return this.until(() => this.from(peer).length >= count)
  }

  from(peer: number | undefined): readonly Arrival[] {
    return peer === undefined ? this.arrivals : this.arrivals.filter((a) => a.peer === peer)
  }

  #told(what: string, record: () => void): void {
    if (this.#group.calling > 0) this.breaches.push(`${what} was called from inside a call of the transport`)
    if (this.#inside) this.breaches.push(`${what} was called while another call of the sink was going on`)
    this.#inside = true
    record()
    this.#inside = false
    this.#wake()
  }

  #wake(): void {
    for (const waiter of this.#waiting.splice(0)) {
      if (waiter.done() || this.breaches.length > 0) waiter.wake()
      else this.#waiting.push(waiter)
    }
  }
}

/** The opened transports of one test with their recorders. */
export class Group {
  readonly transports: readonly Transport[]
  readonly sinks: readonly Recorder[]
  /** How many calls of send, open, hold, release or peerGone are going on; sinks must be quiet meanwhile. */
  calling = 0

  constructor(fixture: Fixture) {
    this.transports = fixture.transports
    this.sinks = fixture.transports.map(() => new Recorder(this))
    fixture.transports.forEach((t, r) => {
      this.#call(() => t.open(this.sinks[r]!))
    })
  }

  sink(rank: number): Recorder {
    return this.sinks[rank]!
  }

  transport(rank: number): Transport {
    return this.transports[rank]!
  }

  send(from: number, to: number, frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean {
    const copied = this.#call(() => this.transport(from).send(to, frame, body, token))
    if (token === null && !copied)
      this.sink(from).breaches.push('a body was borrowed although there is no token')
    return copied
  }

  /** All ranks, or the given ones, start taking what comes. */
  hold(...ranks: number[]): void {
    for (const r of ranks.length > 0 ? ranks : this.transports.keys()) {
      this.#call(() => this.transport(r).hold())
    }
  }

  release(...ranks: number[]): void {
    for (const r of ranks.length > 0 ? ranks : this.transports.keys()) {
      this.#call(() => this.transport(r).release())
    }
  }

  peerGone(rank: number, peer: number, reason: string): void {
    this.#call(() => this.transport(rank).peerGone(peer, reason))
  }

  expectNoBreach(): void {
    for (const sink of this.sinks) expect(sink.breaches).toEqual([])
  }

  #call<T>(f: () => T): T {
    this.calling++
    try {
      return f()
    } finally {
      this.calling--
    }
  }
}

/** A few turns of the event loop, for transports to do what they should not be doing. */
export async function someTurns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}
