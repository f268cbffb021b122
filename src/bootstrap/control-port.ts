/**
 * The rank's end of the control channel, a socket on fd 3.
 *
 * Writing is synchronous with a queue of its own: the last messages are sent from inside the `exit` event,
 * where no stream gets another turn, and they must not land in the middle of a half-written frame.
 * Reading goes through a stream that does not keep the process alive unless somebody holds it.
 */

import { readSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { BootstrapError } from '../errors.ts'
import { type BootOrder, ControlDecoder, encodeControl, type FromRank, type ToRank } from './control.ts'

/** How long a full channel is waited for at exit: a launcher that is merely slow takes its bytes by then. */
const FLUSH_LIMIT_MS = 2000
/** A full channel is rare (the launcher stands still), so looking again now and then is enough. */
const RETRY_MS = 5

export class ControlPort {
  readonly #fd: number
  #queue: Buffer[] = []
  #retry: NodeJS.Timeout | null = null
  #socket: Socket | null = null
  #holds = 0

  /** Says hello; throws if there is no launcher at the other end. */
  constructor(fd: number, hello: FromRank) {
    this.#fd = fd
    // Not by fstat: in Node 20 the type of a socket stays behind in a buffer of fs, and from then on
    // realpath, and so every import, takes links for the files they point to.
    try {
      writeSync(fd, encodeControl(hello))
    } catch (cause) {
      throw new BootstrapError(
        'this file starts a rank for tsrun and cannot be run by itself; use: tsrun script.ts',
        { cause },
      )
    }
  }

  /**
   * Waits for the launcher's first message, blocking: there is nothing else to do yet.
   * Null if the launcher is gone.
   */
  readOrder(): BootOrder | null {
    const head = this.#readExactly(4)
    const body = head && this.#readExactly(head.readUInt32LE(0))
    if (!head || !body) return null
    const [message] = new ControlDecoder<ToRank>().push(Buffer.concat([head, body]))
    if (message?.t !== 'boot')
      throw new BootstrapError(`the first control message is ${message?.t}, not boot`)
    return message.order
  }

  /** Delivers all further messages. `onEnd` is called when the launcher is gone. */
  listen(onMessage: (message: ToRank) => void, onEnd: () => void): void {
    const decoder = new ControlDecoder<ToRank>()
    // Half open: the fd must not be closed behind writeSync, which would then hit a file of the script.
    const socket = new Socket({ fd: this.#fd, readable: true, writable: false, allowHalfOpen: true })
    socket.on('data', (chunk) => {
      for (const message of decoder.push(chunk)) onMessage(message)
    })
    socket.on('end', onEnd)
    socket.on('error', onEnd)
    socket.unref()
    this.#socket = socket
  }

  send(message: FromRank): void {
    this.#queue.push(encodeControl(message))
    this.#writeOrRetry()
  }

  /** Writes everything queued, blocking for a bounded time. */
  flush(): void {
    const deadlineMs = performance.now() + FLUSH_LIMIT_MS
    const sleeper = new Int32Array(new SharedArrayBuffer(4))
    while (this.#write() && performance.now() < deadlineMs) Atomics.wait(sleeper, 0, 0, 1)
  }

  /** Keeps the process alive, and so the messages coming in, until the matching release. */
  hold(): void {
    this.#holds++
    this.#socket?.ref()
  }

  release(): void {
    this.#holds--
    if (this.#holds === 0) this.#socket?.unref()
  }

  #writeOrRetry(): void {
    if (!this.#write() || this.#retry !== null) return
    this.#retry = setTimeout(() => {
      this.#retry = null
      this.#writeOrRetry()
    }, RETRY_MS).unref()
  }

  /** Writes what the channel takes; true if something is left. */
  #write(): boolean {
    for (;;) {
      const first = this.#queue[0]
      if (first === undefined) return false
      try {
        const written = writeSync(this.#fd, first)
        if (written === first.length) this.#queue.shift()
        else this.#queue[0] = first.subarray(written)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return true
        // The launcher is gone; the end of the channel is reported by the reading side.
        this.#queue = []
        return false
      }
    }
  }

  #readExactly(length: number): Buffer | null {
    const out = Buffer.alloc(length)
    for (let at = 0; at < length; ) {
      const got = readSync(this.#fd, out, at, length - at, null)
      if (got === 0) return null
      at += got
    }
    return out
  }
}
