/**
 * Everything that the ranks of a job derive from its secret, so that no key ever travels.
 *
 * Each rank can compute the CURVE key pair of every other one. That is no weakness: they are one program, and
 * the keys are there to tell the job from the rest of the world, not its ranks from each other.
 */

import { crypto } from '../../system/on-demand.ts'
import { z85 } from './z85.ts'

/** An X25519 private key as PKCS #8 (RFC 8410) is this and its 32 bytes; of a public one (SPKI) they are the last. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')
const KEY_BYTES = 32

/** A public key takes some 0.3 ms: so many, and the event loop gets a turn. */
const KEYS_PER_TURN = 16

/** 64 bits of a name that cannot be guessed; what proves that a peer knows the secret is longer. */
const NICKNAME_DIGITS = 16

export interface CurvePair {
  readonly publicKey: string
  readonly secretKey: string
}

export class JobKeys {
  readonly #secret: Buffer
  readonly #size: number
  /** The public keys of ranks 0 to `#known`, in hexadecimal digits. */
  readonly #members = new Set<string>()
  #known = 0
  #searching: Promise<void> | null = null

  /** @param secret 32 bytes in hexadecimal digits */
  constructor(secret: string, size: number) {
    this.#secret = Buffer.from(secret, 'hex')
    if (this.#secret.length !== KEY_BYTES)
      throw new RangeError('the secret of a job has 64 hexadecimal digits')
    this.#size = size
  }

  curvePair(rank: number): CurvePair {
    const secretKey = this.#secretKey(rank)
    return { publicKey: z85(publicKeyOf(secretKey)), secretKey: z85(secretKey) }
  }

  publicKey(rank: number): string {
    return z85(publicKeyOf(this.#secretKey(rank)))
  }

  /** Whether a public key of 32 bytes belongs to a rank of this job. */
  async isMember(publicKey: Uint8Array): Promise<boolean> {
    const key = Buffer.from(publicKey).toString('hex')
    while (!this.#members.has(key) && this.#known < this.#size) {
      this.#searching ??= this.#learnSome()
      await this.#searching
    }
    return this.#members.has(key)
  }

  /** By which name `sender` connects to `receiver`: nobody outside the job can take it first. */
  nickname(sender: number, receiver: number): string {
    return this.#mac(`nickname ${sender} ${receiver}`).toString('hex').slice(0, NICKNAME_DIGITS)
  }

  /** What `sender` shows `receiver` to prove that it belongs to the job. */
  proof(sender: number, receiver: number): string {
    return this.#mac(`hello ${sender} ${receiver}`).toString('hex')
  }

  isProof(shown: unknown, sender: number, receiver: number): boolean {
    if (typeof shown !== 'string') return false
    const expected = Buffer.from(this.proof(sender, receiver))
    const bytes = Buffer.from(shown)
    return bytes.length === expected.length && crypto().timingSafeEqual(bytes, expected)
  }

  async #learnSome(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    const until = Math.min(this.#size, this.#known + KEYS_PER_TURN)
    for (; this.#known < until; this.#known++) {
      this.#members.add(publicKeyOf(this.#secretKey(this.#known)).toString('hex'))
    }
    this.#searching = null
  }

  #secretKey(rank: number): Buffer {
    return this.#mac(`tsmpi curve rank ${rank}`)
  }

  #mac(what: string): Buffer {
    return crypto().createHmac('sha256', this.#secret).update(what).digest()
  }
}

function publicKeyOf(secretKey: Buffer): Buffer {
  const key = crypto().createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, secretKey]),
    format: 'der',
    type: 'pkcs8',
  })
  return crypto().createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES)
}
