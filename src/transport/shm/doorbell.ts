/**
 * Wakes a process that waits in its event loop: a FIFO per rank in the job's folder, of which one byte is read.
 *
 * A FIFO wakes as fast as a futex and leaves timers and sockets alive. Its owner makes it before it sleeps for
 * the first time, and opens it for reading and writing, so that it never ends; others open it when they first
 * find the owner asleep. A full FIFO has been rung already; one without a reader belongs to a rank that has left.
 */

import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs'
import { Socket, type SocketConstructorOpts } from 'node:net'
import { join } from 'node:path'
import type { Libc } from '../../system/libc.ts'

export interface Doorbell {
  /** Calls `onRing` whenever somebody has rung, from now on; called once, before this rank first sleeps. */
  listen(onRing: () => void): void
  /** Whether listening keeps the process alive. */
  keepAlive(yes: boolean): void
  /** Rings at another rank of this host. Never fails: a rank that has left needs no waking. */
  ring(rank: number): void
  close(): void
}

const ONE = Uint8Array.of(1)

export class FifoDoorbell implements Doorbell {
  readonly #dir: string
  readonly #rank: number
  readonly #libc: Libc
  readonly #others = new Map<number, number>()
  #socket: Socket | null = null

  /** @param rank number of this rank on this host */
  constructor(dir: string, rank: number, libc: Libc) {
    this.#dir = dir
    this.#rank = rank
    this.#libc = libc
  }

  listen(onRing: () => void): void {
    const path = this.#path(this.#rank)
    this.#libc.mkfifo(path, 0o600)
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    // In memory of our own: Node would make 64 KiB anew for every ring.
    const onread = {
      buffer: new Uint8Array(64),
      callback: () => {
        onRing()
        return true
      },
    }
    this.#socket = new Socket({ fd, readable: true, writable: false, onread } as SocketConstructorOpts)
    this.#socket.resume()
    this.#socket.unref()
  }

  keepAlive(yes: boolean): void {
    if (yes) this.#socket?.ref()
    else this.#socket?.unref()
  }

  ring(rank: number): void {
    let fd = this.#others.get(rank)
    try {
      if (fd === undefined) {
        fd = openSync(this.#path(rank), constants.O_WRONLY | constants.O_NONBLOCK)
        this.#others.set(rank, fd)
      }
      writeSync(fd, ONE)
    } catch {
      // EAGAIN: it has been rung and has not looked yet. ENOENT, ENXIO, EPIPE: it has left.
    }
  }

  close(): void {
    for (const fd of this.#others.values()) closeSync(fd)
    this.#others.clear()
    if (this.#socket === null) return
    this.#socket.destroy()
    this.#socket = null
    rmSync(this.#path(this.#rank), { force: true })
  }

  #path(rank: number): string {
    return join(this.#dir, `bell${rank}`)
  }
}
