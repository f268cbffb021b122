/**
 * One transport made of several: each rank is reached through the one chosen for it.
 *
 * The limits are the smallest of all, for a protocol that does not ask which peer is behind which. One that does
 * (`towards`) sends longer frames where they pay off: what is right for a ring of shared memory is little for a socket.
 *
 * Holds come and go with every message, and for most transports beginning to listen costs more than a message
 * of shared memory does. So only the one with shared memory is held and released each time; the others stay
 * held until a turn of the event loop has found that nobody waits any more.
 */

import type { Frame } from '../wire/frame.ts'
import type { CommonMemory, SharedMemory } from './shared-memory.ts'
import type { SendToken, Sink, Transport } from './transport.ts'

export class Router implements Transport {
  readonly name: string
  readonly maxBodyBytes: number
  readonly creditBytes: number
  readonly shared: SharedMemory | null
  readonly common: CommonMemory | null
  readonly #to: readonly Transport[]
  readonly #all: readonly Transport[]
  /** The one that shares memory, if there is one. */
  readonly #near: Transport | null
  readonly #others: readonly Transport[]
  #holds = 0
  #othersHeld = false
  #isLettingGo = false

  /** @param to the transport for each rank of the job, by rank; one may serve many */
  constructor(to: readonly Transport[]) {
    this.#to = to
    this.#all = [...new Set(to)]
    this.#near = this.#all.find((t) => t.shared) ?? null
    this.#others = this.#all.filter((t) => t !== this.#near)
    this.shared = this.#near?.shared ?? null
    this.common = this.#near?.common ?? null
    this.name = this.#all.map((t) => t.name).join('+')
    this.maxBodyBytes = Math.min(...this.#all.map((t) => t.maxBodyBytes))
    this.creditBytes = Math.min(...this.#all.map((t) => t.creditBytes))
  }

  /** Shared memory finds out late how long is too long. */
  get eagerBytes(): number {
    return Math.min(...this.#all.map((t) => t.eagerBytes))
  }

  get unflushed(): number {
    let frames = 0
    for (const transport of this.#all) frames += transport.unflushed
    return frames
  }

  get unsent(): number {
    let frames = 0
    for (const transport of this.#all) frames += transport.unsent ?? transport.unflushed
    return frames
  }

  towards(peer: number): Transport {
    return this.#to[peer]!
  }

  open(sink: Sink): void {
    for (const transport of this.#all) transport.open(sink)
  }

  send(peer: number, frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean {
    return this.#to[peer]!.send(peer, frame, body, token)
  }

  hold(): void {
    this.#holds++
    this.#near?.hold()
    if (this.#othersHeld) return
    this.#othersHeld = true
    for (const transport of this.#others) transport.hold()
  }

  release(): void {
    this.#near?.release()
    if (--this.#holds > 0 || this.#isLettingGo) return
    this.#isLettingGo = true
    setImmediate(this.#letGo)
  }

  peerGone(peer: number, reason: string): void {
    this.#to[peer]!.peerGone(peer, reason)
  }

  async flush(): Promise<void> {
    await Promise.all(this.#all.map((transport) => transport.flush()))
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((transport) => transport.close()))
  }

  readonly #letGo = (): void => {
    this.#isLettingGo = false
    if (this.#holds > 0) return
    this.#othersHeld = false
    for (const transport of this.#others) transport.release()
  }
}
