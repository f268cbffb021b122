/**
 * Frames over ZeroMQ: one ROUTER per rank on which everything arrives, one DEALER per peer, opened when
 * something is first sent to it. Ranks of this host are reached through a socket file, those of others over
 * tcp, where only ranks of the job are listened to (job-keys.ts, doorkeeper.ts).
 *
 * Nothing happens before it is needed: a rank binds when it sends for the first time or when another rank
 * asks for its address (`want`), and connects to a peer when it has something for it. zeromq itself is
 * loaded then.
 *
 * Death of a peer. Ranks connect both ways, and the end of a peer's connection to us comes through
 * ROUTER_NOTIFY, in order behind everything it sent: that is final. A send that fails, a connection that
 * is not answered, and the launcher's word come out of order: what has already arrived is delivered
 * first, and while the peer's connection to us still stands, we wait for its end. Between hosts a connection
 * also ends because the link is cut or the machine is dead; a last knock at its door tells that from the end
 * of a process.
 */

import { BootstrapError } from '../../errors.ts'
import { fsPromises } from '../../system/on-demand.ts'
import type { Frame } from '../../wire/frame.ts'
import { KeepAlive } from '../keep-alive.ts'
import type { SendToken, Sink, Transport } from '../transport.ts'
import { writeCard, writeHello } from './card.ts'
import type { Connection, Outcome } from './connection.ts'
import { Doorkeeper } from './doorkeeper.ts'
import { Doorstep } from './doorstep.ts'
import { Inbox, type InboxEvents } from './inbox.ts'
import { JobKeys } from './job-keys.ts'
import { Lookout } from './lookout.ts'
import { Outbox } from './outbox.ts'
import { Peer } from './peer.ts'
import { probe } from './probe.ts'
import { Reader } from './reader.ts'
import { type Router, rankOfId, routingId, Sockets } from './sockets.ts'
import { type Network, Tcp, TIMING, type Timing } from './tcp.ts'

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
  /** How ranks of other hosts are reached, and which those are; null: all are on this host. */
  readonly network?: Network | null
  readonly nodeOf?: readonly number[]
  /** As messages call this host. */
  readonly host?: string
  /**
   * Whether this rank may look for messages itself for a moment before it leaves that to the event loop: it has a core
   * to itself, and no other transport that it would have to look at meanwhile.
   */
  readonly looksOut?: boolean
  /** Says something to the user that is no error of the job. */
  readonly warn?: (text: string) => void
  /** Bytes that may be on their way to one peer; the same on all ranks. Tests make it small. */
  readonly windowBytes?: number
  /** Tests make it short. */
  readonly timing?: Partial<Timing>
}

interface Listening {
  readonly sockets: Sockets
  readonly inbox: Inbox
  readonly endpoint: string
  /** Where ranks of other hosts reach this one. */
  readonly tcp: string | null
  readonly card: string
  readonly doorkeeper: Doorkeeper | null
}

const WINDOW_BYTES = 8 << 20

/** This part of a time limit has passed: it ended because of that. Timers of the system are not exact. */
const PATIENCE = 0.9

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
  readonly #doorstep = new Doorstep((peer) => this.#leave(peer, `the connection to ${peer.title} is lost`))
  readonly #keepAlive = new KeepAlive()
  readonly #reader: Reader
  readonly #timing: Timing
  readonly #keys: JobKeys | null = null
  readonly #tcp: Tcp | null = null
  #sink: Sink | null = null
  #listening: Listening | null = null
  #starting: Promise<Listening> | null = null
  /** Everybody who waits for something to arrive: holds, flushes, full windows, peers about to be buried. */
  #listeners = 0
  #closing: Promise<void> | null = null
  #failed = false
  #strangers = 0

  constructor(options: ZmqOptions) {
    this.#options = options
    this.#windowBytes = options.windowBytes ?? WINDOW_BYTES
    this.#timing = { ...TIMING, ...options.timing }
    if (options.network) {
      this.#keys = new JobKeys(options.network.secret, options.size)
      this.#tcp = new Tcp(options.network, this.#keys, this.#timing)
    }
    this.#reader = new Reader(options.rank, options.jobId, this.#keys, {
      frame: (peer, frame, body) => {
        if (this.#closing === null) this.#sink!.onFrame(peer.rank, frame, body)
      },
      // Even with nothing to say: it learns of our end only through a connection from us.
      greeted: (peer) => this.#connect(peer),
      stranger: () => this.#refused('somebody who does not know the secret of the job'),
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
    if (this.#closing === null) void this.#start()
  }

  peerGone(rank: number, reason: string): void {
    const peer = this.#peer(rank)
    if (peer.gone || this.#closing !== null) return
    peer.reason = 'known'
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
          failed: () => this.#leave(peer!, `the connection to ${peer!.title} is lost`),
        },
        this.#windowBytes,
      )
      const { rank: own, nodeOf } = this.#options
      const isFar = this.#tcp !== null && nodeOf![rank] !== nodeOf![own]
      peer = new Peer(rank, routingId(rank, this.#keys?.nickname(rank, own) ?? null), isFar, outbox)
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
    if (this.#starting === null) {
      this.#starting = this.#bind()
      // Whoever began it may still be waiting for a card.
      this.#starting.catch((error: Error) => this.#fail(error))
    }
    return this.#starting
  }

  async #bind(): Promise<Listening> {
    const { rank, size, host, network, publish, looksOut } = this.#options
    const sockets = await Sockets.load(rank, size)
    const endpoint = this.#options.endpoint()
    const router = await sockets.bindRouter(endpoint)
    const events: InboxEvents = {
      listening: () => this.#listeners > 0,
      message: (parts) => this.#onMessage(parts),
      failed: (error) => this.#fail(error),
    }
    const inbox = new Inbox(router, sockets.wakeDealer(), events, looksOut ? new Lookout() : null)
    const tcp = await this.#bindTcp(router).catch(async (error: Error) => {
      inbox.close()
      await removeSocketFile(endpoint)
      throw error
    })
    const doorkeeper = network?.encrypted
      ? new Doorkeeper(router, this.#keys!, (a) => this.#refused(a))
      : null
    const card = writeCard({ endpoint, ...(tcp !== null && { tcp }), ...(host && { host }) })
    this.#listening = { sockets, inbox, endpoint, tcp, card, doorkeeper }
    if (this.#closing === null) {
      publish(card)
      if (this.#listeners > 0) inbox.start()
    }
    return this.#listening
  }

  async #bindTcp(router: Router): Promise<string | null> {
    const { rank, host } = this.#options
    return this.#tcp === null ? null : await this.#tcp.bind(router, rank, host ?? 'unknown')
  }

  #connect(peer: Peer): void {
    if (peer.connecting || peer.leaving !== null || this.#closing !== null) return
    peer.connecting = true
    void this.#reach(peer).catch((error: Error) => this.#fail(error))
  }

  /**
   * A rank of another host admits us only while it listens. It may wait to be admitted itself, by this very rank,
   * with nothing else to do: so whoever waits for that listens.
   */
  async #admittedBy(peer: Peer, connection: Connection, endpoint: string): Promise<Outcome> {
    if (!peer.isFar) return connection.connect(endpoint)
    this.#listen()
    try {
      return await connection.connect(endpoint)
    } finally {
      this.#unlisten()
    }
  }

  async #reach(peer: Peer): Promise<void> {
    const { rank, jobId, lookup } = this.#options
    const started = this.#start()
    try {
      await peer.card(lookup)
    } catch (error) {
      await started
      this.#leave(peer, (error as Error).message)
      return
    }
    const { sockets, card } = await started
    const { endpoint } = peer
    if (endpoint === undefined) throw new BootstrapError(`${peer.title} has no address for other hosts`)
    const name = routingId(rank, this.#keys?.nickname(rank, peer.rank) ?? null)
    for (;;) {
      if (peer.leaving !== null || this.#closing !== null) return
      const connection = sockets.connection(peer.rank, name, peer.isFar ? this.#tcp : null)
      peer.connection = connection
      const beganMs = performance.now()
      const outcome = await this.#admittedBy(peer, connection, endpoint)
      const tookMs = performance.now() - beganMs
      if (outcome === 'closed') return
      if (outcome === 'stands') {
        const proof = this.#keys?.proof(rank, peer.rank)
        this.#doorstep.watch(peer)
        peer.outbox.connect(connection, writeHello({ job: jobId, rank, card, ...(proof && { proof }) }))
        return
      }
      // Whoever computes admits nobody, and is not dead.
      if (outcome !== 'unadmitted' || tookMs < PATIENCE * this.#timing.admitMs) {
        this.#leave(peer, this.#whyNot(peer, outcome, tookMs))
        if (peer.isFar && outcome === 'unreached') this.#giveUpIfItStays(peer, endpoint)
        return
      }
      peer.disconnect(0)
    }
  }

  /**
   * A peer that has gone closes its own connection to us, too. If that stands, we hear the peer and it will never hear
   * us: something between the hosts lets connections through in one direction only.
   */
  #giveUpIfItStays(peer: Peer, endpoint: string): void {
    const check = () => {
      if (peer.gone || !peer.inbound || this.#closing !== null) return
      const known = peer.reason === 'known' ? peer.leaving! : null
      peer.reason = 'known'
      this.#bury(peer, known ?? `${peer.title} refuses connections at ${endpoint} ${this.#askedFromHere()}`)
    }
    setTimeout(() => this.#whenDelivered(check), this.#timing.probeMs)
  }

  /** Behind what an address has done: who has asked it, and what may help. */
  #askedFromHere(): string {
    const { rank, host } = this.#options
    return (
      `(asked by rank ${rank} on host ${host}, ${this.#listening?.tcp}). If a firewall is between the hosts, open ports ` +
      'and name them with --port-range; if it is the wrong network, name the right one with --iface'
    )
  }

  #whyNot(peer: Peer, outcome: Outcome, tookMs: number): string {
    const { endpoint } = peer
    if (!peer.isFar) return `rank ${peer.rank} does not answer at ${endpoint}`
    const { connectMs } = this.#timing
    if (outcome === 'unadmitted') return `the connection to ${peer.title} ended before it was admitted`
    if (tookMs < PATIENCE * connectMs)
      return `${peer.title} is not to be reached: nobody listens at ${endpoint}`
    peer.reason = 'known'
    return `${peer.title} does not answer at ${endpoint} within ${connectMs / 1000} s ${this.#askedFromHere()}`
  }

  // ---- receiving

  #onMessage(parts: readonly Uint8Array[]): void {
    const [id, first, second] = parts as [Uint8Array, Uint8Array, Uint8Array | undefined]
    const rank = rankOfId(id)
    if (rank < 0 || rank >= this.#options.size) {
      // A stranger's first message may be anything; ZeroMQ's own questions come without a rank too.
      if (!this.#listening?.doorkeeper?.answer(parts)) this.#refused('somebody without a rank')
      return
    }
    const peer = this.#peer(rank)
    if (!peer.isCalled(id)) this.#refused(`somebody who calls himself rank ${rank}`)
    else if (peer.gone) return
    else if (first.length === 0) this.#onNotify(peer)
    else this.#reader.read(peer, first, second)
  }

  /** An empty message is ROUTER_NOTIFY: somebody with the name of `peer` has connected, or has disconnected. */
  #onNotify(peer: Peer): void {
    peer.inbound = !peer.inbound
    if (peer.inbound) return
    // Whoever went without a hello may have been anybody. If it was the peer, our own connection will tell.
    if (peer.greeted || peer.leaving !== null)
      this.#bury(peer, peer.leaving ?? `${peer.title} closed its connection`)
    peer.stranger = false
  }

  /** A stranger is not listened to, and no error of the job; but one that keeps coming should be known. */
  #refused(who: string): void {
    if (this.#tcp === null || this.#strangers++ > 0) return
    const { rank, host, warn } = this.#options
    warn?.(`rank ${rank} on host ${host} refused a connection at ${this.#listening?.tcp}: ${who}`)
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

  /** `peer` is gone for good; the job learns of it when the reason is known. */
  #bury(peer: Peer, reason: string): void {
    if (peer.gone || this.#closing !== null || peer.reason === 'sought') return
    if (peer.reason === 'open') {
      peer.reason = 'sought'
      this.#leave(peer, reason)
      void this.#examine(peer, reason)
      return
    }
    peer.gone = true
    if (peer.leaving !== null) this.#unlisten()
    peer.leaving = reason
    peer.disconnect(0)
    const untaken = peer.outbox.unflushed
    const borrowed = peer.outbox.drop()
    this.#sink!.onPeerGone(peer.rank, reason, untaken)
    for (const token of borrowed) this.#sink!.onReleased(token)
  }

  /** Whether the end of a connection to another host was that of the process or of the way to it. */
  async #examine(peer: Peer, reason: string): Promise<void> {
    const { probeMs, silenceMs } = this.#timing
    const found = peer.endpoint === undefined ? 'refused' : await probe(peer.endpoint, probeMs)
    peer.reason = 'known'
    if (found === 'refused') this.#bury(peer, reason)
    else if (found === 'silent')
      this.#bury(peer, `no sign of life from ${peer.title} for ${silenceMs / 1000} s`)
    else this.#bury(peer, `the connection with ${peer.title} broke, although something still answers there`)
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
  await fsPromises()
    .unlink(endpoint.slice('ipc://'.length))
    .catch(() => {})
}
