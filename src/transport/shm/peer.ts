/** What a rank knows of one other rank of its host: the lane, and what waits for room in it. */

import { Frame } from '../../wire/frame.ts'
import { Fifo } from '../fifo.ts'
import type { SendToken } from '../transport.ts'
import { FrameReader } from './frame-reader.ts'
import { FrameWriter } from './frame-writer.ts'
import type { ShmLane } from './lane.ts'
import { RankWord, rankAt } from './layout.ts'
import { look } from './memory-order.ts'
import type { Pool } from './pool.ts'
import type { Segment } from './segment.ts'

interface Waiting {
  readonly frame: Frame
  readonly body: Uint8Array | null
  /** Of a body that is borrowed until it is copied. */
  readonly token: SendToken | null
}

export class Peer {
  /** In the job. */
  readonly rank: number
  /** On this host. */
  readonly number: number
  readonly lane: ShmLane
  /** Why it is going; null as long as it is well. What it sent before is delivered first. */
  leaving: string | null = null
  gone = false
  readonly #segment: Segment
  readonly #own: number
  readonly #writer: FrameWriter
  readonly #reader: FrameReader
  readonly #outbox = new Fifo<Waiting>()
  #hasAnnounced = false

  /** @param own number of this rank on this host */
  constructor(segment: Segment, pool: Pool, own: number, rank: number, number: number, lane: ShmLane) {
    this.rank = rank
    this.number = number
    this.lane = lane
    this.#segment = segment
    this.#own = own
    this.#writer = new FrameWriter(segment, pool, number, lane)
    this.#reader = new FrameReader(segment, number, lane.reader)
  }

  /** Frames wait for room. */
  get isBlocked(): boolean {
    return this.#outbox.length > 0
  }

  /** Frames sent that are not known to have been taken. */
  get untaken(): number {
    const { writer } = this.lane
    return this.gone || !this.#hasAnnounced ? 0 : ((writer.frames - writer.taken) | 0) + this.#outbox.length
  }

  /** Frames that are not in shared memory yet. */
  get waiting(): number {
    return this.#outbox.length
  }

  /** Whether its mark says that it takes nothing any more. */
  get hasClosed(): boolean {
    const { words, layout } = this.#segment
    return look(words, (rankAt(layout, this.number) >> 2) + RankWord.CLOSED) !== 0
  }

  /** Whether the lane may be used from now on: nothing waits in front of it. */
  openLane(): boolean {
    if (this.gone || this.isBlocked) return false
    this.#announce()
    this.lane.shut = false
    return true
  }

  /** As `Transport.send`. */
  send(frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean {
    if (this.gone) return true
    this.#announce()
    if (!this.isBlocked && this.#writer.write(frame, body)) {
      this.lane.ring()
      return true
    }
    const borrowed = token !== null && body !== null && body.length > 0
    this.#outbox.push({
      frame: new Frame().copyFrom(frame),
      body: body === null || borrowed ? body : new Uint8Array(body),
      token: borrowed ? token : null,
    })
    this.lane.shut = true
    return !borrowed
  }

  /** Moves on what waits. False: nothing could be moved. */
  push(released: (token: SendToken) => void): boolean {
    let moved = false
    for (let next = this.#outbox.peek(); next !== undefined; next = this.#outbox.peek()) {
      if (!this.#writer.write(next.frame, next.body)) break
      this.lane.ring()
      this.#outbox.shift()
      moved = true
      if (next.token !== null) released(next.token)
      if (this.gone) break
    }
    return moved
  }

  /** Takes the next record; see FrameReader. */
  read(frame: Frame, use: (frame: Frame, body: Uint8Array) => void): boolean {
    return this.#reader.read(frame, use)
  }

  /** Nothing goes to it any more. Returns what was borrowed for it. */
  drop(): SendToken[] {
    this.gone = true
    this.lane.shut = true
    return this.#outbox.drain().flatMap(({ token }) => token ?? [])
  }

  /** Tells the peer, once, that its ring from this rank is worth a look. */
  #announce(): void {
    if (this.#hasAnnounced) return
    this.#hasAnnounced = true
    const callers = (rankAt(this.#segment.layout, this.number) >> 2) + RankWord.CALLERS
    Atomics.or(this.#segment.words, callers + (this.#own >> 5), 1 << (this.#own & 31))
  }
}
