/**
 * Frames, and more, between the ranks of one host, through memory that they share. See layout.ts for what lies
 * where, ring.ts for how records pass, waiting.ts for how a rank waits.
 *
 * Nothing happens before it is needed: the memory is mapped when something is first sent or looked at, or when a
 * rank waits and another has mapped it. A rank that never does any of this costs nothing, and what others send to
 * it waits in its rings for ever.
 *
 * What is in shared memory is safe: its receiver finds it there although the sender's process has ended, since it
 * announces the sender gone only after it has emptied the ring. So a program that ends right after its last send
 * owes nobody anything as long as `unsent` is 0; `unflushed`, what the peers have not taken yet, says no more than
 * that they have other things to do.
 *
 * Death of a peer. One that closes in order leaves a mark; others see it when they look next, and it wakes those
 * who sleep. The launcher knows of all others (`peerGone`).
 */

import type { Block } from '../../wire/block.ts'
import { Frame } from '../../wire/frame.ts'
import type { Board } from '../board.ts'
import type { Lane, SharedMemory } from '../shared-memory.ts'
import type { SendToken, Sink, Transport } from '../transport.ts'
import { Boards } from './boards.ts'
import { hasCoresFor } from './cores.ts'
import type { Doorbell } from './doorbell.ts'
import { ShmLane } from './lane.ts'
import { Header, type Layout, RankWord, rankAt } from './layout.ts'
import { look } from './memory-order.ts'
import { Peer } from './peer.ts'
import { PeerMemory, type ProcessReader } from './peer-memory.ts'
import { Pool } from './pool.ts'
import { type Ground, Segment } from './segment.ts'
import { type Naps, Sleepers } from './sleepers.ts'
import { CROWDED, PATIENT, type Patience, Waiting } from './waiting.ts'

export interface ShmOptions {
  /** This rank's number in the job. */
  readonly rank: number
  /** Ranks of the job on this host, in ascending order, this one included. */
  readonly ranks: readonly number[]
  readonly layout: Layout
  /** Maps the memory; called once, when it is first needed. Throws if it cannot. */
  readonly ground: () => Ground
  /** Whether no rank has mapped it yet. */
  readonly isUntouched?: () => boolean
  readonly doorbell: () => Doorbell
  /** Gives the core to another process. */
  readonly yieldCore: () => void
  /** Sleeping on words of the memory; null: that is not possible, or has to stay out of the event loop's way. */
  readonly naps?: (words: Int32Array) => Naps | null
  /** Reads another process's memory; null: that is not to be tried. */
  readonly reader: () => ProcessReader | null
  /** For tests. */
  readonly patience?: Patience
}

/** Everything that there is once the memory is mapped. */
interface Here {
  readonly segment: Segment
  readonly doorbell: Doorbell
  readonly sleepers: Sleepers
  readonly waiting: Waiting
  readonly pool: Pool
  readonly memory: PeerMemory
  readonly boards: Boards
}

interface Flush {
  /** Frames that each peer will have taken. */
  readonly targets: readonly (readonly [peer: Peer, frames: number])[]
  readonly resolve: () => void
}

/**
 * Messages up to this length are copied twice rather than announced. Where the receiver can copy them out of the
 * sender's memory itself, that is quicker for all but what fits one record: 16 KiB take 5.6 us instead of 10.9.
 */
const EAGER_BYTES = { fetched: 8 << 10, inChunks: 32 << 10 }

/** How often a rank that waits looks whether another has used the memory that it has not mapped itself. */
const LOOKOUT_MS = 5

/** So many records of one peer are taken before others get their turn. */
const RECORDS_AT_ONCE = 64

export class ShmTransport implements Transport, SharedMemory {
  readonly name = 'shm'
  readonly maxBodyBytes: number
  readonly creditBytes = 8 << 20
  readonly ranks: readonly number[]
  readonly #options: ShmOptions
  /** This rank's number on this host. */
  readonly #own: number
  readonly #frame = new Frame()
  #sink: Sink | null = null
  #here: Here | null = null
  /** Number on this host of each rank of the job; undefined: it is on another one. */
  readonly #numbers: readonly (number | undefined)[]
  /** By number on this host. */
  readonly #peers: (Peer | undefined)[]
  /** Those who may have sent something, and the bits that say so. */
  readonly #callers: Peer[] = []
  readonly #callerBits: Int32Array
  readonly #blocked: Peer[] = []
  readonly #leaving: Peer[] = []
  readonly #flushes: Flush[] = []
  readonly #steps: (() => boolean)[] = []
  readonly #goneUnmet = new Set<number>()
  #holds = 0
  #isListening = false
  #closedSeen = 0
  /** Frames that had not got into shared memory when this transport closed. */
  #lost = 0
  #isDelivering = false
  #closed = false
  #isCrowded: boolean | null = null
  /** While this rank waits for others to use the memory before it maps it itself. */
  #lookout: NodeJS.Timeout | null = null
  readonly #deliver: (frame: Frame, body: Uint8Array) => void
  #deliveringFor = 0

  constructor(options: ShmOptions) {
    const { rank, ranks, layout } = options
    this.#options = options
    this.ranks = ranks
    const numbers: (number | undefined)[] = new Array(Math.max(...ranks) + 1).fill(undefined)
    for (const [number, inJob] of ranks.entries()) numbers[inJob] = number
    this.#numbers = numbers
    this.#own = numbers[rank]!
    this.#peers = new Array(ranks.length).fill(undefined)
    this.#callerBits = new Int32Array((ranks.length + 31) >> 5)
    this.maxBodyBytes = layout.chunkBytes
    this.#deliver = (frame, body) => {
      if (!this.#closed) this.#sink!.onFrame(this.#deliveringFor, frame, body)
    }
  }

  // ---- frames ---------------------------------------------------------------------------------

  get shared(): SharedMemory {
    return this
  }

  get eagerBytes(): number {
    const { fetched, inChunks } = EAGER_BYTES
    return Math.min(this.#here?.memory.canFetch ? fetched : inChunks, this.maxBodyBytes)
  }

  get common(): SharedMemory {
    return this
  }

  get unflushed(): number {
    let frames = 0
    for (const peer of this.#peers) frames += peer?.untaken ?? 0
    return this.#closed ? 0 : frames
  }

  get unsent(): number {
    let frames = this.#lost
    for (const peer of this.#blocked) frames += peer.waiting
    return frames
  }

  open(sink: Sink): void {
    this.#sink = sink
  }

  send(rank: number, frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean {
    if (this.#closed) return true
    const peer = this.#peer(this.#numbers[rank]!)
    if (peer.gone) return true
    const copied = peer.send(frame, body, token)
    if (peer.isBlocked) this.#block(peer)
    return copied
  }

  hold(): void {
    this.#holds++
    this.#listen()
  }

  release(): void {
    this.#holds--
    this.#unlisten()
  }

  peerGone(rank: number, reason: string): void {
    if (this.#closed) return
    const number = this.#numbers[rank]!
    if (this.#here !== null) return this.#leave(this.#peer(number), reason)
    // Nothing was ever sent to it or looked for; what is sent before the news are out is sent in vain.
    setImmediate(() => {
      if (this.#closed || this.#goneUnmet.has(number)) return
      if (this.#here !== null) return this.#leave(this.#peer(number), reason)
      this.#goneUnmet.add(number)
      this.#sink!.onPeerGone(rank, reason, 0)
    })
  }

  flush(): Promise<void> {
    const waiting = this.#peers.filter((peer): peer is Peer => peer !== undefined && peer.untaken > 0)
    if (this.#closed || waiting.length === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const targets = waiting.map((peer) => [peer, (peer.lane.writer.frames + peer.waiting) | 0] as const)
      for (const peer of waiting) peer.lane.writer.want(true)
      this.#flushes.push({ targets, resolve })
      this.#listen()
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#lost = this.unsent
    this.#closed = true
    this.#endLookout()
    for (const { resolve } of this.#flushes.splice(0)) resolve()
    for (const peer of this.#peers) {
      peer?.lane.reader.publish()
      peer?.drop()
    }
    const here = this.#here
    if (here === null) return
    const { words, layout } = here.segment
    here.waiting.close()
    Atomics.store(words, (rankAt(layout, this.#own) >> 2) + RankWord.CLOSED, 1)
    Atomics.add(words, Header.CLOSED, 1)
    here.sleepers.wakeAll()
    here.doorbell.close()
  }

  // ---- beyond frames --------------------------------------------------------------------------

  get isUntouched(): boolean {
    return this.#here === null && (this.#options.isUntouched?.() ?? false)
  }

  get isCrowded(): boolean {
    this.#isCrowded ??= !hasCoresFor(this.ranks.length)
    return this.#isCrowded
  }

  lane(rank: number): Lane | null {
    const number = this.#numbers[rank]
    if (number === undefined || number === this.#own || this.#closed) return null
    return this.#peer(number).lane
  }

  relax(): void {
    this.#here?.waiting.relax()
  }

  stir(): void {
    this.#here?.waiting.nudge()
  }

  giveWay(): void {
    this.#options.yieldCore()
  }

  turnDue(): boolean {
    return this.#here?.waiting.turnDue() ?? false
  }

  poll(rank: number): void {
    if (this.#isDelivering || this.#closed || this.isUntouched) return
    const number = this.#numbers[rank]
    if (number === undefined || number === this.#own) return
    const peer = this.#peer(number)
    const { reader } = peer.lane
    const start = reader.position
    // Not more than a ring has room for: the peer may be sending all the while.
    while (this.#read(peer) && ((reader.position - start) | 0) < this.#options.layout.ringBytes);
  }

  watch(step: () => boolean): void {
    this.#steps.push(step)
    if (this.#isListening) this.#here?.waiting.nudge()
  }

  unwatch(step: () => boolean): void {
    const at = this.#steps.indexOf(step)
    if (at >= 0) this.#steps.splice(at, 1)
  }

  get canFetch(): boolean {
    return this.#ready().memory.canFetch
  }

  expose(block: Block): number {
    return this.#ready().memory.expose(block)
  }

  fetch(rank: number, address: number, offset: number, into: Block): boolean {
    return this.#ready().memory.fetch(this.#numbers[rank]!, address, offset, into)
  }

  takeBoard(): number {
    return this.#ready().boards.take()
  }

  board(id: number, ranks: readonly number[]): Board {
    const members = ranks.map((rank) => this.#numbers[rank]!)
    return this.#ready().boards.board(id, members)
  }

  freeBoard(id: number): void {
    if (!this.#closed) this.#here?.boards.free(id)
  }

  takeMemory(bytes: number): number {
    return this.#ready().segment.takeMemory(bytes)
  }

  memory(place: number, bytes: number): ArrayBuffer {
    return this.#ready().segment.memory(place, bytes)
  }

  // ---- beginning ------------------------------------------------------------------------------

  #ready(): Here {
    if (this.#here === null) {
      this.#here = this.#map()
      this.#endLookout()
      if (this.#isListening) this.#here.waiting.start()
    }
    return this.#here
  }

  #map(): Here {
    const { ground, doorbell: makeDoorbell, yieldCore, naps, reader, patience } = this.#options
    const segment = new Segment(ground())
    const doorbell = makeDoorbell()
    const sleepers = new Sleepers(segment, this.#own, doorbell, naps?.(segment.words) ?? null)
    const work = { look: () => this.#look() }
    const waiting = new Waiting(
      work,
      sleepers,
      doorbell,
      patience ?? (this.isCrowded ? CROWDED : PATIENT),
      yieldCore,
    )
    const memory = new PeerMemory(segment, this.#own, reader())
    const pool = new Pool(segment, this.#own)
    const boards = new Boards(segment, this.#own, memory, sleepers)
    return { segment, doorbell, sleepers, waiting, pool, memory, boards }
  }

  #peer(number: number): Peer {
    return this.#peers[number] ?? this.#makePeer(number)
  }

  #makePeer(number: number): Peer {
    const { segment, sleepers, pool } = this.#ready()
    const lane: ShmLane = new ShmLane(segment, sleepers, this.#own, number, () => peer.openLane())
    const peer = new Peer(segment, pool, this.#own, this.ranks[number]!, number, lane)
    if (this.#goneUnmet.has(number)) peer.drop()
    this.#peers[number] = peer
    return peer
  }

  // ---- waiting --------------------------------------------------------------------------------

  #listen(): void {
    if (this.#isListening || this.#closed) return
    this.#isListening = true
    if (this.isUntouched) this.#lookOut()
    else this.#ready().waiting.start()
  }

  /** Waits, without mapping the memory, until another rank has: before that nothing can come. */
  #lookOut(): void {
    this.#lookout ??= setInterval(() => {
      if (!this.isUntouched) this.#ready()
    }, LOOKOUT_MS)
  }

  #endLookout(): void {
    if (this.#lookout === null) return
    clearInterval(this.#lookout)
    this.#lookout = null
  }

  #unlisten(): void {
    if (!this.#isListening || this.#hasReason()) return
    this.#isListening = false
    this.#endLookout()
    this.#here?.waiting.stop()
  }

  #hasReason(): boolean {
    return this.#holds + this.#blocked.length + this.#flushes.length + this.#leaving.length > 0
  }

  /** Looks once at everything that may have changed. False: nothing has. */
  #look(): boolean {
    let found = this.#steps.length > 0 && this.#runSteps()
    this.#findCallers()
    for (let i = 0; i < this.#callers.length; i++) {
      const peer = this.#callers[i]!
      if (peer.lane.reader.next() !== 0) found = this.#take(peer) || found
    }
    // The sink may have closed this transport.
    if (this.#closed) return true
    if (this.#blocked.length > 0) found = this.#push() || found
    if (this.#flushes.length > 0) found = this.#endFlushes() || found
    found = this.#findClosed() || found
    if (this.#leaving.length > 0) found = this.#buryAll() || found
    return found
  }

  #runSteps(): boolean {
    const steps = this.#steps
    let found = false
    for (let i = 0; i < steps.length; ) {
      const step = steps[i]!
      if (step()) {
        this.unwatch(step)
        found = true
      } else if (steps[i] === step) i++
    }
    return found
  }

  #findCallers(): void {
    const { words, layout } = this.#here!.segment
    const at = (rankAt(layout, this.#own) >> 2) + RankWord.CALLERS
    for (let word = 0; word < this.#callerBits.length; word++) {
      // One look of each pass is atomic; see memory-order.ts.
      const bits = Atomics.load(words, at + word)
      if (bits === this.#callerBits[word]) continue
      const news = bits & ~this.#callerBits[word]!
      this.#callerBits[word] = bits
      for (let bit = 0; bit < 32; bit++)
        if ((news >>> bit) & 1) this.#callers.push(this.#peer(word * 32 + bit))
    }
  }

  /** Takes some records of a peer. */
  #take(peer: Peer): boolean {
    for (let records = 0; records < RECORDS_AT_ONCE; records++) if (!this.#read(peer)) return records > 0
    return true
  }

  #read(peer: Peer): boolean {
    if (this.#closed || peer.gone) return false
    this.#isDelivering = true
    this.#deliveringFor = peer.rank
    try {
      return peer.read(this.#frame, this.#deliver)
    } finally {
      this.#isDelivering = false
    }
  }

  // ---- what waits for room --------------------------------------------------------------------

  #block(peer: Peer): void {
    if (this.#blocked.includes(peer)) return
    this.#blocked.push(peer)
    peer.lane.writer.want(true)
    if (this.#isListening) this.#here!.waiting.nudge()
    else this.#listen()
  }

  #push(): boolean {
    let moved = false
    for (const peer of [...this.#blocked]) {
      moved = peer.push((token) => this.#sink!.onReleased(token)) || moved
      if (!peer.isBlocked) this.#unblock(peer)
    }
    return moved
  }

  #unblock(peer: Peer): void {
    const at = this.#blocked.indexOf(peer)
    if (at < 0) return
    this.#blocked.splice(at, 1)
    if (this.#flushes.length === 0) peer.lane.writer.want(false)
    this.#unlisten()
  }

  #endFlushes(): boolean {
    let ended = false
    for (const flush of [...this.#flushes]) {
      if (!flush.targets.every(([peer, frames]) => peer.gone || ((peer.lane.writer.taken - frames) | 0) >= 0))
        continue
      this.#flushes.splice(this.#flushes.indexOf(flush), 1)
      flush.resolve()
      ended = true
      if (this.#flushes.length > 0) continue
      for (const [peer] of flush.targets) if (!peer.isBlocked) peer.lane.writer.want(false)
    }
    if (ended) this.#unlisten()
    return ended
  }

  // ---- the end of others ----------------------------------------------------------------------

  #findClosed(): boolean {
    const { words } = this.#here!.segment
    const closed = look(words, Header.CLOSED)
    if (closed === this.#closedSeen) return false
    this.#closedSeen = closed
    for (let number = 0; number < this.ranks.length; number++) {
      const peer = number === this.#own ? null : this.#peer(number)
      if (peer?.hasClosed) this.#leave(peer, `rank ${peer.rank} has closed its side of the shared memory`)
    }
    return true
  }

  #leave(peer: Peer, reason: string): void {
    if (peer.gone || peer.leaving !== null) return
    peer.leaving = reason
    this.#leaving.push(peer)
    if (this.#isListening) this.#here!.waiting.nudge()
    else this.#listen()
  }

  #buryAll(): boolean {
    let buried = false
    for (const peer of [...this.#leaving]) {
      // What it has sent comes first.
      if (peer.lane.reader.next() !== 0) this.#take(peer)
      if (this.#closed) return true
      if (peer.gone || peer.lane.reader.next() !== 0) continue
      this.#bury(peer)
      buried = true
    }
    return buried
  }

  #bury(peer: Peer): void {
    this.#leaving.splice(this.#leaving.indexOf(peer), 1)
    const { untaken } = peer
    const borrowed = peer.drop()
    if (peer.hasClosed || !this.#here!.memory.isRunning(peer.number)) this.#here!.pool.reclaim(peer.number)
    this.#unblock(peer)
    this.#sink!.onPeerGone(peer.rank, peer.leaving!, untaken)
    for (const token of borrowed) this.#sink!.onReleased(token)
    this.#unlisten()
  }
}
