/**
 * One transport made of several: each rank is reached through the one chosen for it.
 *
 * The limits are the smallest of all, so that the protocol need not know which peer is behind which.
 */

import type { Frame } from '../wire/frame.ts'
import type { SendToken, Sink, Transport } from './transport.ts'

export class Router implements Transport {
  readonly name: string
  readonly maxBodyBytes: number
  readonly eagerBytes: number
  readonly creditBytes: number
  readonly #to: readonly Transport[]
  readonly #all: readonly Transport[]

  /** @param to the transport for each rank of the job, by rank; one may serve many */
  constructor(to: readonly Transport[]) {
    this.#to = to
    this.#all = [...new Set(to)]
    this.name = this.#all.map((t) => t.name).join('+')
    this.maxBodyBytes = Math.min(...this.#all.map((t) => t.maxBodyBytes))
    this.eagerBytes = Math.min(...this.#all.map((t) => t.eagerBytes))
    this.creditBytes = Math.min(...this.#all.map((t) => t.creditBytes))
  }

  get unflushed(): number {
    let frames = 0
    for (const transport of this.#all) frames += transport.unflushed
    return frames
  }

  open(sink: Sink): void {
    for (const transport of this.#all) transport.open(sink)
  }

  send(peer: number, frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean {
    return this.#to[peer]!.send(peer, frame, body, token)
  }

  hold(): void {
    for (const transport of this.#all) transport.hold()
  }

  release(): void {
    for (const transport of this.#all) transport.release()
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
}
