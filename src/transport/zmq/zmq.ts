/**
 * Frames over ZeroMQ: one ROUTER per rank on which everything arrives, one DEALER per peer, opened when
 * something is first sent to it.
 *
 * Nothing happens before it is needed: a rank binds when it sends for the first time or when another rank
 * asks for its address (`want`), and connects to a peer when it has something for it. zeromq itself is
 * loaded then.
 *
 * Death of a peer. Ranks connect both ways, and the end of a peer's connection to us comes through
 * ROUTER_NOTIFY, in order behind everything it sent: that is final. A send that fails, a connection that
 * is not answered, and the launcher's word come out of order: what has already arrived is delivered
 * first, and while the peer's connection to us still stands, we wait for its end.
 */

import { unlink } from 'node:fs/promises'
import type { Frame } from '../../wire/frame.ts'
import { KeepAlive } from '../keep-alive.ts'
import type { SendToken, Sink, Transport } from '../transport.ts'
import { readCard, writeCard, writeHello } from './card.ts'
import { Doorstep } from './doorstep.ts'
import { Inbox } from './inbox.ts'
import { Outbox } from './outbox.ts'
import { Peer } from './peer.ts'
import { Reader } from './reader.ts'
import { rankOfId, Sockets } from './sockets.ts'

export interface ZmqOptions {
  readonly rank: number
  readonly size: number
  /** Messages of another job are not listened to. */
  readonly jobId: string
  /** Where to listen; asked once, when the rank binds. */
  readonly endpoint: () => string
  /** Makes this rank's card known to the job; called once. */
  readonly publish: (card: string) => void
  /** The card of another rank, as soon as it has one. Rejects if it has left. */
  readonly lookup: (rank: number) => Promise<string>
  /** Bytes that may be on their way to one peer; the same on all ranks. Tests make it small. */
  readonly windowBytes?: number
}

interface Listening {
  readonly sockets: Sockets
  readonly inbox: Inbox
  readonly endpoint: string
  readonly card: string
}

const WINDOW_BYTES = 8 << 20

/** How long a clean close may wait for acknowledgements to leave this process. */
const LINGER_MS = 5000

export class ZmqTransport implements Transport {
  readonly name = 'zmq'
  readonly maxBodyBytes = 1 << 20
  readonly eagerBytes = 64 << 10
  readonly creditBytes = 8 << 20
  readonly #options: ZmqOptions
  readonly #windowBytes: number
  readonly #peers = new Map<number, Peer>()
  readonly #doorstep = new Doorstep((peer) =>
    this.#leave(peer, `the connection to rank ${peer.rank} is lost`),
  )
  readonly #keepAlive = new KeepAlive()
  readonly #reader: Reader
  #sink: Sink | null = null
  #listening: Listening | null = null
  #starting: Promise<Listening> | null = null
  /** Everybody who waits for something to arrive: holds, flushes, full windows, peers about to be buried. */
  #listeners = 0
  #closing: Promise<void> | null = null
  #failed = false

  constructor(options: ZmqOptions) {
    this.#options = options
    this.#windowBytes = options.windowBytes ?? WINDOW_BYTES
    this.#reader = new Reader(options.rank, options.jobId, {
      frame: (peer, frame, body) => {
        if (this.#closing === null) this.#sink!.onFrame(peer.rank, frame, body)
      },
      // Even with nothing to say: it learns of our end only through a connection from us.
      greeted: (peer) => this.#connect(peer),
    })
  }

  get unflushed(): number {
    let frames = 0
    for (const peer of this.#peers.values()) frames += peer.outbox.unflushed
    return frames
  }

  open(sink: Sink): void {
    this.#sink = sink
  }

  send(peer: number, frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean {
    if (this.#closing !== null) return true
    return this.#peer(peer).outbox.send(frame, body, token)
  }

  hold(): void {
    this.#listen()
  }

  release(): void {
    this.#unlisten()
  }

  /** Somebody asks for this rank's address: bind and publish, if that has not happened yet. */
  want(): void {
    if (this.#closing === null) void this.#start().catch((error: Error) => this.#fail(error))
  }

  peerGone(rank: number, reason: string): void {
    const peer = this.#peer(rank)
    if (peer.gone || this.#closing !== null) return
    this.#leave(peer, reason)
    this.#whenDelivered(() => this.#bury(peer, reason))
  }

  async flush(): Promise<void> {
    if (this.#closing !== null) return
    this.#listen()
    await Promise.all([...this.#peers.values()].map((peer) => peer.outbox.flush()))
    this.#unlisten()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #peer(rank: number): Peer {
    let peer = this.#peers.get(rank)
    if (peer === undefined) {
      const outbox = new Outbox(
        {
          released: (token) => this.#sink!.onReleased(token),
          blocked: (yes) => (yes ? this.#listen() : this.#unlisten()),
          wanted: () => this.#connect(peer!),
          failed: () => this.#leave(peer!, `the connection to rank ${rank} is lost`),
        },
        this.#windowBytes,
      )
      peer = new Peer(rank, outbox)
      this.#peers.set(rank, peer)
    }
    return peer
  }

  // ---- waiting

  #listen(): void {
    if (this.#listeners++ > 0 || this.#closing !== null) return
    this.#keepAlive.on()
    this.#listening?.inbox.start()
  }

  #unlisten(): void {
    if (--this.#listeners > 0) return
    this.#keepAlive.off()
    this.#listening?.inbox.stop()
  }

  // ---- beginning

  #start(): Promise<Listening> {
    this.#starting ??= this.#bind()
    return this.#starting
  }

  async #bind(): Promise<Listening> {
    const { rank, size, publish } = this.#options
    const sockets = await Sockets.load(rank, size)
    const endpoint = this.#options.endpoint()
    const router = await sockets.bindRouter(endpoint)
    const inbox = new Inbox(router, sockets.wakeDealer(), {
      listening: () => this.#listeners > 0,
      message: (id, first, second) => this.#onMessage(id, first, second),
      failed: (error) => this.#fail(error),
    })
    const card = writeCard({ endpoint })
    this.#listening = { sockets, inbox, endpoint, card }
    if (this.#closing === null) {
      publish(card)
      if (this.#listeners > 0) inbox.start()
    }
    return this.#listening
  }

  #connect(peer: Peer): void {
    if (peer.connecting || peer.leaving !== null || this.#closing !== null) return
    peer.connecting = true
    void this.#reach(peer).catch((error: Error) => this.#fail(error))
  }

  async #reach(peer: Peer): Promise<void> {
    const { rank, jobId, lookup } = this.#options
    const started = this.#start()
    let card: string
    try {
      card = await peer.card(lookup)
    } catch (error) {
      await started
      this.#leave(peer, (error as Error).message)
      return
    }
    const { sockets, card: ownCard } = await started
    if (peer.leaving !== null || this.#closing !== null) return
    const { endpoint } = readCard(card, peer.rank)
    const connection = sockets.connection(peer.rank)
    peer.connection = connection
    connection.connect(endpoint).then(
      () => this.#doorstep.watch(peer),
      () => this.#leave(peer, `rank ${peer.rank} does not answer at ${endpoint}`),
    )
    peer.outbox.connect(connection, writeHello({ job: jobId, rank, card: ownCard }))
  }

  // ---- receiving

  #onMessage(id: Uint8Array, first: Uint8Array, second: Uint8Array | undefined): void {
    const rank = rankOfId(id)
    if (rank < 0 || rank >= this.#options.size) return
    const peer = this.#peer(rank)
    if (peer.gone) return
    if (first.length === 0) this.#onNotify(peer)
    else this.#reader.read(peer, first, second)
  }

  /** An empty message is ROUTER_NOTIFY: somebody with the name of `peer` has connected, or has disconnected. */
  #onNotify(peer: Peer): void {
    peer.inbound = !peer.inbound
    if (peer.inbound) return
    // Whoever went without a hello may have been anybody. If it was the peer, our own connection will tell.
    if (peer.greeted || peer.leaving !== null)
      this.#bury(peer, peer.leaving ?? `rank ${peer.rank} closed its connection`)
    peer.stranger = false
  }

  // ---- ending

  /** Word has come that `peer` is going. What has arrived from it is delivered first. */
  #leave(peer: Peer, reason: string): void {
    if (peer.leaving !== null || peer.gone || this.#closing !== null) return
    peer.leaving = reason
    peer.disconnect(0)
    this.#listen()
    this.#whenDelivered(() => {
      if (!peer.inbound) this.#bury(peer, reason)
    })
  }

  #whenDelivered(f: () => void): void {
    if (this.#listening === null) setImmediate(f)
    else this.#listening.inbox.whenDrained(f)
  }

  #bury(peer: Peer, reason: string): void {
    if (peer.gone || this.#closing !== null) return
    peer.gone = true
    if (peer.leaving !== null) this.#unlisten()
    peer.leaving = reason
    peer.disconnect(0)
    const untaken = peer.outbox.unflushed
    const borrowed = peer.outbox.drop()
    this.#sink!.onPeerGone(peer.rank, reason, untaken)
    for (const token of borrowed) this.#sink!.onReleased(token)
  }

  #fail(error: Error): void {
    if (this.#failed || this.#closing !== null) return
    this.#failed = true
    this.#sink!.onFatal(error)
  }

  async #close(): Promise<void> {
    const peers = [...this.#peers.values()]
    const clean = peers.filter((peer) => peer.connection !== null && peer.outbox.settled())
    const listening = await this.#starting?.catch(() => null)
    // What waits in a writer would be lost.
    await Promise.all(clean.map((peer) => peer.outbox.idle()))
    for (const peer of clean) peer.disconnect(LINGER_MS)
    for (const peer of peers) {
      peer.disconnect(0)
      peer.outbox.drop()
    }
    this.#doorstep.close()
    this.#keepAlive.close()
    if (listening) {
      listening.inbox.close()
      await removeSocketFile(listening.endpoint)
    }
  }
}

/** libzmq leaves the file of an ipc endpoint behind. */
async function removeSocketFile(endpoint: string): Promise<void> {
  if (!endpoint.startsWith('ipc://')) return
  await unlink(endpoint.slice('ipc://'.length)).catch(() => {})
}
