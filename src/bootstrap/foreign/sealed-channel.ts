/**
 * A connection between two threads of a foreign job, after they have agreed on keys.
 *
 * A message is a 4-byte little-endian length and that many bytes: JSON sealed with AES-256-GCM, whose nonce
 * counts, so that what is changed, left out or sent again breaks the connection. Nothing is parsed before
 * its seal has been checked.
 */

import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Socket } from 'node:net'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const SEAL_BYTES = 16
/** For a message from somebody who has not taken a seat yet. */
const FIRST_MAX_BYTES = 16 * 1024
/** For any other. An address card is below 1 KiB, the seats of 100,000 ranks take 1 MiB. */
const MAX_BYTES = 16 * 1024 * 1024
/** After so long without traffic the kernel asks whether the other host is still there, ten times in 10 s. */
const KEEP_ALIVE_MS = 5000

export interface Keys {
  readonly own: Buffer
  readonly theirs: Buffer
}

export class SealedChannel<Out, In> {
  readonly socket: Socket
  /** Called once, when nothing more will come. */
  onEnd: (why: string) => void = () => {}
  onMessage: (message: In) => void = () => {}
  readonly #keys: Keys
  #sent = 0
  #received = 0
  #rest: Buffer
  #maxBytes = FIRST_MAX_BYTES
  #over = false
  #reading = false

  /** `rest`: bytes that have come behind the greeting. */
  constructor(socket: Socket, keys: Keys, rest: Buffer) {
    this.socket = socket
    this.#keys = keys
    this.#rest = rest
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    socket.on('data', (chunk: Buffer) => {
      this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
      if (this.#reading) this.#read()
    })
    socket.on('error', (error) => this.#end(error.message))
    socket.on('end', () => this.#end('the connection was closed'))
    socket.on('close', () => this.#end('the connection was closed'))
  }

  /** Delivers what has come and what will come. */
  start(): void {
    this.#reading = true
    // Not from inside this call: whoever starts is not ready yet.
    process.nextTick(() => {
      this.#read()
      this.socket.resume()
    })
  }

  /** The other side has a seat in the job: it may say more. */
  trust(): void {
    this.#maxBytes = MAX_BYTES
  }

  send(message: Out, written: () => void = () => {}): void {
    if (this.#over) {
      written()
      return
    }
    const cipher = createCipheriv(CIPHER, this.#keys.own, nonce(this.#sent++))
    const sealed = Buffer.concat([cipher.update(JSON.stringify(message), 'utf8'), cipher.final()])
    const head = Buffer.alloc(4)
    head.writeUInt32LE(sealed.length + SEAL_BYTES)
    this.socket.write(Buffer.concat([head, sealed, cipher.getAuthTag()]), () => written())
  }

  close(): void {
    this.#over = true
    this.socket.destroy()
  }

  #read(): void {
    try {
      while (!this.#over) {
        const sealed = this.#next()
        if (sealed === null) break
        this.onMessage(this.#open(sealed))
      }
    } catch (error) {
      this.#end((error as Error).message)
      this.socket.destroy()
    }
  }

  #next(): Buffer | null {
    if (this.#rest.length < 4) return null
    const length = this.#rest.readUInt32LE(0)
    if (length < SEAL_BYTES || length > this.#maxBytes) throw new Error(`a message claims ${length} bytes`)
    if (this.#rest.length < 4 + length) return null
    const sealed = this.#rest.subarray(4, 4 + length)
    this.#rest = this.#rest.subarray(4 + length)
    return sealed
  }

  #open(sealed: Buffer): In {
    const body = sealed.subarray(0, -SEAL_BYTES)
    const decipher = createDecipheriv(CIPHER, this.#keys.theirs, nonce(this.#received++))
    decipher.setAuthTag(sealed.subarray(-SEAL_BYTES))
    const text = Buffer.concat([decipher.update(body), decipher.final()]).toString()
    return JSON.parse(text) as In
  }

  #end(why: string): void {
    if (this.#over) return
    this.#over = true
    this.onEnd(why)
  }
}

function nonce(count: number): Buffer {
  const out = Buffer.alloc(NONCE_BYTES)
  out.writeBigUInt64LE(BigInt(count))
  return out
}
