/**
 * How a rank and rank 0 of a foreign job greet each other on a new connection: a line of JSON each way.
 *
 * Both sides send a key made for this connection (X25519) and go on encrypted with what follows from the two,
 * so nobody who listens learns anything. Where the site has munge, each side also proves with a credential
 * that the key is of the same user, and within a host the kernel tells the user. Between hosts without munge,
 * whoever reaches the port and knows the job's number can pose as a rank that has not come yet.
 */

import {
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import type { Socket } from 'node:net'
import { MAX_CREDENTIAL } from './munge.ts'
import type { Keys } from './sealed-channel.ts'

export interface Hello {
  readonly tsmpi: 'hello'
  readonly version: string
  /** Of the job, see ForeignStart. */
  readonly id: string
  readonly rank: number
  readonly size: number
  /** The sender's public key. */
  readonly key: string
  readonly credential: string | null
}

export type Answer =
  | { readonly tsmpi: 'welcome'; readonly key: string; readonly credential: string | null }
  | {
      readonly tsmpi: 'no'
      readonly why: string
      /** Asking again would change nothing. */
      readonly isFinal: boolean
    }

/** A greeting is shorter. */
const MAX_LINE_BYTES = MAX_CREDENTIAL + 2048
const KEY_BYTES = 32

export class KeyPair {
  readonly #private: KeyObject
  /** For the other side. */
  readonly public: string

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('x25519')
    this.#private = privateKey
    this.public = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  }

  /**
   * The keys of both directions. Bound to both lines as they were sent: if anybody has changed one of them, the
   * first sealed message cannot be opened. `asks`: this side has sent `hello`.
   */
  agree(theirs: string, hello: string, answer: string, asks: boolean): Keys {
    const publicKey = createPublicKey({ key: Buffer.from(theirs, 'base64'), type: 'spki', format: 'der' })
    const shared = diffieHellman({ privateKey: this.#private, publicKey })
    const salt = createHash('sha256').update(`${hello}\n${answer}`).digest()
    const both = Buffer.from(hkdfSync('sha256', shared, salt, 'tsmpi meeting', 2 * KEY_BYTES))
    const [toHub, fromHub] = [both.subarray(0, KEY_BYTES), both.subarray(KEY_BYTES)]
    return asks ? { own: toHub, theirs: fromHub } : { own: fromHub, theirs: toHub }
  }
}

/** What the credential of a hello says. */
export function helloText({ id, rank, key }: Pick<Hello, 'id' | 'rank' | 'key'>): string {
  return `tsmpi rank ${rank} of ${id} with key ${key}`
}

/** What the credential of a welcome says: also to which hello it belongs, so that it is good for that one only. */
export function welcomeText(id: string, key: string, hello: string): string {
  return `tsmpi rank 0 of ${id} with key ${key} to ${createHash('sha256').update(hello).digest('hex')}`
}

export function readHello(line: string): Hello | null {
  const value = parse(line)
  const isSound =
    value?.tsmpi === 'hello' &&
    typeof value.version === 'string' &&
    typeof value.id === 'string' &&
    Number.isSafeInteger(value.rank) &&
    Number.isSafeInteger(value.size) &&
    typeof value.key === 'string' &&
    isCredential(value.credential)
  return isSound ? (value as unknown as Hello) : null
}

export function readAnswer(line: string): Answer | null {
  const value = parse(line)
  const isSound =
    value?.tsmpi === 'welcome'
      ? typeof value.key === 'string' && isCredential(value.credential)
      : value?.tsmpi === 'no' && typeof value.why === 'string'
  return isSound ? (value as unknown as Answer) : null
}

function isCredential(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.length <= MAX_CREDENTIAL)
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** The first line that comes, and what has come behind it. The socket is paused then. */
export function readLine(socket: Socket, limitMs: number): Promise<{ line: string; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      const end = bytes.indexOf('\n')
      if (end < 0 && bytes.length <= MAX_LINE_BYTES) return
      if (end < 0 || end > MAX_LINE_BYTES) settle(() => reject(new Error('it says something else')))
      else {
        settle(() => resolve({ line: bytes.toString('utf8', 0, end), rest: bytes.subarray(end + 1) }))
      }
    }
    const onEnd = (): void => settle(() => reject(new Error('it closed the connection')))
    const onError = (error: Error): void => settle(() => reject(error))
    const limit = setTimeout(() => settle(() => reject(new Error('it does not answer'))), limitMs)
    const settle = (how: () => void): void => {
      clearTimeout(limit)
      socket.pause()
      socket.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onError)
      how()
    }
    socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError)
    socket.resume()
  })
}
