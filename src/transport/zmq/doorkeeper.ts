/**
 * Says who may connect over CURVE: the ranks of the job and nobody else.
 *
 * ZeroMQ asks by a message of its own protocol (ZAP) to a fixed endpoint inside the process, after it has seen
 * that the client owns its secret key. The rank's ROUTER is bound to that endpoint too: so questions are read
 * when messages are, nothing more is pending, and a rank that is busy or does not listen only delays whoever
 * knocks. @see https://rfc.zeromq.org/spec/27
 */

import type { JobKeys } from './job-keys.ts'
import type { Router } from './sockets.ts'

export const ZAP_ENDPOINT = 'inproc://zeromq.zap.01'
export const ZAP_DOMAIN = 'tsmpi'

/** Envelope (id, empty), version, request id, domain, address, identity, mechanism, and for CURVE the key. */
const CURVE_REQUEST_PARTS = 9
const VERSION = '1.0'

export class Doorkeeper {
  readonly #router: Router
  readonly #keys: JobKeys
  readonly #refused: (address: string) => void
  /** ROUTER takes one send at a time. */
  #sending: Promise<void> = Promise.resolve()

  /** @param refused is told where a stranger came from */
  constructor(router: Router, keys: JobKeys, refused: (address: string) => void) {
    this.#router = router
    this.#keys = keys
    this.#refused = refused
  }

  /** Answers a question that came to the ROUTER; false if the message is none. */
  answer(parts: readonly Uint8Array[]): boolean {
    if (parts.length !== CURVE_REQUEST_PARTS || parts[1]!.length !== 0) return false
    if (text(parts[2]!) !== VERSION || text(parts[4]!) !== ZAP_DOMAIN) return false
    void this.#decide(parts)
    return true
  }

  async #decide(parts: readonly Uint8Array[]): Promise<void> {
    const [id, , version, request] = parts as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    const admitted = text(parts[7]!) === 'CURVE' && (await this.#keys.isMember(parts[8]!))
    if (!admitted) this.#refused(text(parts[5]!))
    const [code, why] = admitted ? ['200', 'OK'] : ['400', 'not of this job']
    // It fails only if the ROUTER has been closed meanwhile; then nobody waits for the answer.
    this.#sending = this.#sending
      .then(() => this.#router.send([id, '', version, request, code, why, '', '']))
      .catch(() => {})
  }
}

function text(part: Uint8Array): string {
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString()
}
