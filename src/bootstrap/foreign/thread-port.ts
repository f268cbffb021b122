/** The program's end of the way to its thread; for a RankJob it is what the control channel is under tsrun. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { MessagePort, Worker } from 'node:worker_threads'
import { BootstrapError } from '../../errors.ts'
import { workerThreads } from '../../system/on-demand.ts'
import type { FromRank } from '../control.ts'
import type { ThreadData } from './meeting-thread.ts'
import { FLAGS, Flag, type FromThread, type ToThread } from './messages.ts'

/** The thread answers at once, but it may have to wait for rank 0, which may be gone. */
const FLUSH_LIMIT_MS = 2000
/** A thread is there in some 20 ms, unless its program is missing or cannot be run. */
const START_LIMIT_MS = 60_000

export class ThreadPort {
  readonly #flags = new Int32Array(new SharedArrayBuffer(4 * FLAGS))
  readonly #port: MessagePort
  readonly #worker: Worker
  #holds = 0
  #asked = 0

  constructor(data: Pick<ThreadData, 'start' | 'version' | 'folder' | 'limitMs'>) {
    const { MessageChannel, Worker } = workerThreads()
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    // Nothing of what the program gave to its own node is meant for this thread, such as --import or --inspect.
    const { NODE_OPTIONS: _, ...env } = process.env
    const workerData: ThreadData = { ...data, flags: this.#flags, port: port2 }
    this.#worker = new Worker(threadFile(), {
      name: 'tsmpi',
      workerData,
      transferList: [port2],
      execArgv: [],
      env,
    })
    this.#worker.unref()
    port1.unref()
  }

  /** The thread's first message, blocking. */
  waitForSeat(): FromThread {
    if (Atomics.wait(this.#flags, Flag.RUNS, 0, START_LIMIT_MS) === 'timed-out') {
      throw new BootstrapError(
        'the thread of tsmpi does not start; install tsmpi again on this host (npm ci)',
      )
    }
    Atomics.wait(this.#flags, Flag.READY, 0)
    return (workerThreads().receiveMessageOnPort(this.#port) as { message: FromThread }).message
  }

  /** Delivers all further messages. `onEnd`: the thread has failed. */
  listen(onMessage: (message: FromThread) => void, onEnd: (error: Error) => void): void {
    this.#port.on('message', onMessage)
    if (this.#holds === 0) this.#port.unref()
    this.#worker.on('error', onEnd)
  }

  send(message: FromRank): void {
    this.#port.postMessage(message satisfies ToThread)
  }

  /** Waits, blocking, until rank 0 has heard everything, or in rank 0 all others have; for a bounded time. */
  flush(): void {
    const id = ++this.#asked
    this.#port.postMessage({ t: 'heard?', id } satisfies ToThread)
    const deadlineMs = performance.now() + FLUSH_LIMIT_MS
    for (;;) {
      const heard = Atomics.load(this.#flags, Flag.HEARD)
      const leftMs = deadlineMs - performance.now()
      if (heard >= id || leftMs <= 0) return
      Atomics.wait(this.#flags, Flag.HEARD, heard, leftMs)
    }
  }

  /** In rank 0: waits, blocking, until no other rank needs it. What became of the job, and the exit code if badly. */
  waitForEnd(): { readonly ending: number; readonly code: number } {
    Atomics.wait(this.#flags, Flag.END, 0)
    return { ending: Atomics.load(this.#flags, Flag.END), code: Atomics.load(this.#flags, Flag.CODE) }
  }

  /** Keeps the process alive, and so the messages coming in, until the matching release. */
  hold(): void {
    this.#holds++
    this.#port.ref()
  }

  release(): void {
    this.#holds--
    if (this.#holds === 0) this.#port.unref()
  }
}

/** Built, this code lies in dist itself or in a folder of dist. */
function threadFile(): URL {
  const here = new URL('./bootstrap/foreign/meeting-thread.js', import.meta.url)
  return existsSync(fileURLToPath(here))
    ? here
    : new URL('../bootstrap/foreign/meeting-thread.js', import.meta.url)
}
