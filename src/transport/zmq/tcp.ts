/**
 * What TCP between hosts needs beyond sockets within one: an address and a port, keys, and signs of life.
 *
 * A cut link or a dead machine says nothing, so both ends of a connection ask each other again and again whether they
 * are there (ZeroMQ's heartbeats). What counts as an answer is that the other machine's system confirms the question,
 * not that its process replies: a job may be stopped (Ctrl-Z) for as long as one likes, and ZeroMQ would then take for
 * dead whomever it had just asked. Where the system sets no such limit, a reply is waited for: by its I/O thread, also
 * while JavaScript computes. It counts whole frames only, so a frame must stay small against the time for an answer.
 *
 * What a stranger can do who reaches the port. Encrypted: hold connections that it never completes, each for
 * `admitMs` and one open file; nothing it sends gets beyond ZeroMQ. In plain: also send messages, which are read and
 * thrown away because they come under no name of the job (job-keys.ts), and so take time and memory; and whoever can
 * listen on the network sees all data, and the names and proofs of ranks, by which it can pose as a rank from then on
 * where that rank's own connection has ended.
 */

import type * as zeromq from 'zeromq'
import { BootstrapError } from '../../errors.ts'
import { ZAP_DOMAIN, ZAP_ENDPOINT } from './doorkeeper.ts'
import type { JobKeys } from './job-keys.ts'
import type { Router } from './sockets.ts'

/** How the ranks of a job reach those of other hosts. */
export interface Network {
  /** The address of this host that the others reach. */
  readonly address: string
  /** Ports a rank may listen on, both included; null: any. */
  readonly ports: { readonly first: number; readonly last: number } | null
  /** 32 bytes in hexadecimal digits that only this job knows. */
  readonly secret: string
  readonly encrypted: boolean
}

export interface Timing {
  /** So often each end of a connection asks whether the other is there, whose system has so long to confirm it. */
  readonly heartbeatMs: number
  readonly silenceMs: number
  /** How long its process may take to answer; 0: it may be stopped. */
  readonly answerMs: number
  /** How long an address may take to answer at all. */
  readonly connectMs: number
  /**
   * How long a connection may stand without being admitted. Then it is made anew: a rank that computes admits
   * nobody, but somebody who never says who he is must not hold a connection for ever.
   */
  readonly admitMs: number
  /** How long a machine may take to show that it is still there, after a connection to it has ended. */
  readonly probeMs: number
}

/** From the last sign of life to the end of the job: at most 14 s. */
export const TIMING: Timing = {
  heartbeatMs: 2000,
  silenceMs: 10_000,
  // Only Linux has TCP_USER_TIMEOUT, by which `silenceMs` is kept.
  answerMs: process.platform === 'linux' ? 0 : 10_000,
  connectMs: 10_000,
  admitMs: 30_000,
  probeMs: 2000,
}

/** No message between ranks is longer; a stranger's may claim any length. */
const MAX_MESSAGE_BYTES = 2 << 20

/** The greatest step between two ranks' first ports; prime, so that it meets every port of any smaller range. */
const PORT_STEP = 7919

export class Tcp {
  readonly #network: Network
  readonly #keys: JobKeys
  readonly #timing: Timing

  constructor(network: Network, keys: JobKeys, timing: Timing) {
    this.#network = network
    this.#keys = keys
    this.#timing = timing
  }

  /**
   * Lets `router` listen on a port as well. What it was bound to before stays as it is, without keys and
   * heartbeats: ZeroMQ copies the options when it binds. Returns the endpoint.
   */
  async bind(router: Router, rank: number, host: string): Promise<string> {
    const { address, ports, encrypted } = this.#network
    if (encrypted) await router.bind(ZAP_ENDPOINT)
    withoutWarning(() => {
      Object.assign(router, { ...this.#common(), maxMessageSize: MAX_MESSAGE_BYTES })
      if (!encrypted) return
      router.curveServer = true
      router.curveSecretKey = this.#keys.curvePair(rank).secretKey
      router.zapDomain = ZAP_DOMAIN
      router.zapEnforceDomain = true
    })
    const at = `tcp://${address.includes(':') ? `[${address}]` : address}`
    for (const port of ports === null ? ['*'] : portsFrom(ports, rank)) {
      try {
        await router.bind(`${at}:${port}`)
        return `${at}:${portOf(router.lastEndpoint!)}`
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        if (code === 'EADDRINUSE' && ports !== null) continue
        throw new BootstrapError(
          `rank ${rank} on host ${host} cannot listen at ${at}:${port}: ${message}. ` +
            'Name the interface or network by which the hosts reach each other with --iface',
        )
      }
    }
    throw new BootstrapError(
      `rank ${rank} on host ${host} found no free port at ${address}: all of ${ports!.first}-${ports!.last} are taken. ` +
        'Each rank of a host needs one; give more with --port-range, or end what still holds them (ss -ltnp)',
    )
  }

  /** The options of a DEALER from `rank` to `peer`. */
  dealer(rank: number, peer: number): zeromq.SocketOptions<zeromq.Dealer> {
    const options = { ...this.#common(), connectTimeout: this.#timing.connectMs }
    if (!this.#network.encrypted) return options
    const { publicKey, secretKey } = this.#keys.curvePair(rank)
    return {
      ...options,
      curveServerKey: this.#keys.publicKey(peer),
      curvePublicKey: publicKey,
      curveSecretKey: secretKey,
    }
  }

  #common(): zeromq.SocketOptions<zeromq.Dealer & zeromq.Router> {
    const { heartbeatMs, silenceMs, answerMs, admitMs } = this.#timing
    return {
      ipv6: this.#network.address.includes(':'),
      heartbeatInterval: heartbeatMs,
      heartbeatTimeout: answerMs,
      handshakeInterval: admitMs,
      // What the other system does not confirm for so long, a heartbeat if nothing else, ends the connection.
      tcpMaxRetransmitTimeout: silenceMs,
    }
  }
}

/** All ports of the range, from another one on for each rank, so that ranks of a host seldom try the same. */
function* portsFrom({ first, last }: { first: number; last: number }, rank: number): Generator<number> {
  const count = last - first + 1
  const start = (rank * PORT_STEP) % count
  for (let i = 0; i < count; i++) yield first + ((start + i) % count)
}

function portOf(endpoint: string): string {
  return endpoint.slice(endpoint.lastIndexOf(':') + 1)
}

/** zeromq warns that an option will take effect at the next bind only, which is what is wanted here. */
function withoutWarning(f: () => void): void {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    f()
  } finally {
    process.emitWarning = emitWarning
  }
}
