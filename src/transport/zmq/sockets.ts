/**
 * The ZeroMQ sockets of one rank and every option on them.
 *
 * - High-water marks are 0: they count messages, a full ROUTER loses them in silence, and a full receiver
 *   answers no heartbeat. The window in outbox.ts bounds memory instead.
 * - No reconnect: what was on the way when a connection broke is lost, and a new connection does not say so.
 *   A broken connection is the death of the peer.
 * - `linger` 0 until a clean close: a process that ends for another reason must not wait for anybody.
 */

import { readFileSync } from 'node:fs'
import type * as zeromq from 'zeromq'
import { BootstrapError } from '../../errors.ts'
import { Connection } from './connection.ts'
import type { Tcp } from './tcp.ts'

export type Dealer = zeromq.Dealer
export type Router = zeromq.Router

type ZeroMQ = typeof zeromq

/** Native option numbers that the typings of zeromq do not name. */
const ROUTER_NOTIFY = 97
const NOTIFY_CONNECT_AND_DISCONNECT = 3

/** Per peer: our DEALER, its connection, the peer's connection to us, and two for the monitor. */
const FILES_PER_PEER = 5
/** Left for everything else the program opens. */
const FILES_SPARE = 64

const WAKE_ENDPOINT = 'inproc://wake'
/** Routing id of the socket through which a rank wakes its own receive; others are rank numbers. */
const WAKE_ID = 'w'

export function isWake(id: Uint8Array): boolean {
  return id.length === 1 && id[0] === WAKE_ID.charCodeAt(0)
}

export class Sockets {
  readonly #zmq: ZeroMQ
  readonly #context: zeromq.Context
  readonly #rank: number
  readonly #maxPeers: number
  /** Ranks that have been given a connection. */
  readonly #peers = new Set<number>()

  private constructor(zmq: ZeroMQ, rank: number, size: number) {
    this.#zmq = zmq
    this.#rank = rank
    this.#context = new zmq.Context()
    // Ignored after the first socket. A DEALER with its monitor takes three.
    this.#context.maxSockets = Math.min(65_535, Math.max(1023, 3 * size + 16))
    this.#maxPeers = Math.floor((openFilesLimit() - FILES_SPARE) / FILES_PER_PEER)
  }

  /** Loads zeromq, which takes some 15 ms and 34 MB of disk: only a rank that talks to another pays for it. */
  static async load(rank: number, size: number): Promise<Sockets> {
    try {
      return new Sockets(await import('zeromq'), rank, size)
    } catch (error) {
      throw new BootstrapError(
        `rank ${rank} cannot load zeromq, which it needs to reach other ranks: ${(error as Error).message}. ` +
          'Install tsmpi again on this host (npm ci)',
      )
    }
  }

  /** The socket on which everything from other ranks arrives. */
  async bindRouter(endpoint: string): Promise<Router> {
    const router = new this.#zmq.Router({
      context: this.#context,
      receiveHighWaterMark: 0,
      sendHighWaterMark: 0,
      linger: 0,
      backlog: 4096,
    })
    setInt32(router, ROUTER_NOTIFY, NOTIFY_CONNECT_AND_DISCONNECT)
    try {
      await router.bind(endpoint)
    } catch (error) {
      router.close()
      const { code, message } = error as NodeJS.ErrnoException
      const cure = code === 'ENAMETOOLONG' ? '; set TMPDIR to a folder with a shorter name' : ''
      throw new BootstrapError(`rank ${this.#rank} cannot bind ${endpoint}: ${message}${cure}`)
    }
    await router.bind(WAKE_ENDPOINT)
    return router
  }

  wakeDealer(): Dealer {
    const dealer = new this.#zmq.Dealer({ context: this.#context, routingId: WAKE_ID, linger: 0 })
    dealer.connect(WAKE_ENDPOINT)
    return dealer
  }

  /**
   * A connection to one peer, not begun yet, under the name `routingId`; over `tcp` if given. A send on it
   * succeeds at once or, when the connection is lost, fails at once (`sendTimeout` 0): without a limit on messages
   * there is nothing else to wait for, and a pending send would keep the process alive.
   */
  connection(peer: number, routingId: string, tcp: Tcp | null): Connection {
    const count = this.#peers.add(peer).size
    if (count > this.#maxPeers) {
      throw new BootstrapError(
        `rank ${this.#rank} cannot connect to rank ${peer}: ${count} connections take about ` +
          `${count * FILES_PER_PEER + FILES_SPARE} open files, more than this process may have. ` +
          'Raise the limit (ulimit -n), or let each rank talk to fewer others',
      )
    }
    const dealer = new this.#zmq.Dealer({
      context: this.#context,
      routingId,
      sendHighWaterMark: 0,
      receiveHighWaterMark: 0,
      sendTimeout: 0,
      reconnectInterval: -1,
      linger: 0,
      ...tcp?.dealer(this.#rank, peer),
    })
    return new Connection(dealer)
  }
}

/** Between the rank and its nickname in a routing id. */
const DOT = '.'.charCodeAt(0)

/** The name of `rank` at a peer; with a nickname that only the job can know, if there is one. */
export function routingId(rank: number, nickname: string | null): string {
  return nickname === null ? String(rank) : `${rank}.${nickname}`
}

/** The rank in a routing id; -1 if it is none. Called for every message. */
export function rankOfId(id: Uint8Array): number {
  let rank = 0
  let i = 0
  for (; i < id.length && id[i] !== DOT; i++) {
    const digit = id[i]! - 48
    if (digit < 0 || digit > 9) return -1
    rank = rank * 10 + digit
  }
  return i === 0 ? -1 : rank
}

function setInt32(socket: Router, option: number, value: number): void {
  ;(socket as unknown as { setInt32Option(option: number, value: number): void }).setInt32Option(
    option,
    value,
  )
}

/** How many files this process may have open; Node has raised the soft limit to the hard one. */
function openFilesLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity)
  } catch {
    return Infinity
  }
}
