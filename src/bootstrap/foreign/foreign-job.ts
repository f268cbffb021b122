/**
 * The {@link Job} of a rank that was started by something else than tsrun: srun, torchrun, a script of the user.
 *
 * Nobody watches over such a job, so a rank that fails does not end it: the others are told, whatever needs that
 * rank fails, and no rank finishes well. Ranks share no memory; those of one host talk through local sockets.
 */

import { BootstrapError, InvariantError } from '../../errors.ts'
import { workerThreads } from '../../system/on-demand.ts'
import { version } from '../../version.ts'
import { publicVariables } from '../environment.ts'
import type { Job } from '../job.ts'
import { RankJob } from '../rank-job.ts'
import { describeUncaught } from '../uncaught.ts'
import { detectForeign, type Environment, type ForeignStart } from './detect.ts'
import { makeFolder, removeFolder } from './folder.ts'
import { Ending, type FromThread, type Seat } from './messages.ts'
import { ThreadPort } from './thread-port.ts'

const DEFAULT_LAUNCH_TIMEOUT_S = 60
/** Whoever the transport has lost has died, and rank 0 says so by then; or it is cut off from us. */
const LOST_LIMIT_MS = 3000

/**
 * A thread of a rank is no rank, whatever its variables say, right or wrong. What can tell threads takes milliseconds
 * to load, so it is asked only where variables say something.
 */
function findStart(): ForeignStart | null {
  try {
    const start = detectForeign(process.env)
    return start !== null && workerThreads().isMainThread ? start : null
  } catch (error) {
    if (!workerThreads().isMainThread) return null
    throw error
  }
}

/** Null: nobody started this process as one of several. Else waits, blocking, until all have come. */
export function foreignJob(): Job | null {
  const start = findStart()
  if (start === null) return null
  const limitMs = launchTimeoutMs(process.env)
  const folder = makeFolder()
  process.once('exit', () => removeFolder(folder))
  const port = new ThreadPort({ start, version, folder, limitMs })
  const first = port.waitForSeat()
  if (first.t !== 'seat') throw new BootstrapError(first.t === 'noJob' ? first.why : `unexpected: ${first.t}`)
  // So that processes which this one starts do not take themselves for it.
  Object.assign(process.env, publicVariables(first.seat.place))
  return new ForeignJob(first.seat, port)
}

/** From TSMPI_LAUNCH_TIMEOUT, in seconds. */
export function launchTimeoutMs(env: Environment): number {
  const text = env.TSMPI_LAUNCH_TIMEOUT
  if (!text) return DEFAULT_LAUNCH_TIMEOUT_S * 1000
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 86_400)) {
    throw new BootstrapError(`TSMPI_LAUNCH_TIMEOUT=${text} is no number of seconds above 0`)
  }
  return seconds * 1000
}

class ForeignJob extends RankJob {
  readonly #port: ThreadPort
  readonly #gone = new Set<number>()
  /** The first rank that failed, and why. */
  #failure: { readonly rank: number; readonly reason: string } | null = null
  #finish: { readonly promise: Promise<void>; isOver: boolean; fail(error: Error): void } | null = null

  constructor({ place }: Seat, port: ThreadPort) {
    super(place, port)
    this.#port = port
    port.listen(
      (message) => this.#take(message),
      (error) => {
        throw error
      },
    )
    process.on('uncaughtExceptionMonitor', (error) => {
      port.send({ t: 'uncaught', error: describeUncaught(error, null), activity: this.activity() })
    })
    process.on('exit', (code) => this.#leave(Number(process.exitCode ?? code)))
  }

  /** Rejects if a rank fails before all have finished. */
  override finish(): Promise<void> {
    if (this.#finish === null) {
      let fail: (error: Error) => void = () => {}
      const promise = new Promise<void>((resolve, reject) => {
        fail = reject
        void super.finish().then(() => {
          finish.isOver = true
          resolve()
        })
      })
      const finish = { promise, isOver: false, fail }
      this.#finish = finish
      this.#failFinish()
    }
    return this.#finish.promise
  }

  override abort(code: number, why: string): never {
    const exitCode = code & 0xff || 1
    process.stderr.write(`tsmpi: rank ${this.rank} of ${this.size} on ${this.hostname}: ${why}\n`)
    this.#port.send({ t: 'abort', code: exitCode, why })
    this.#port.flush()
    return this.#exitAtOnce(exitCode)
  }

  /** The transport knows less than rank 0, which tells ranks that have failed from those that have left. */
  override lost(rank: number, reason: string): 'end' | 'continue' {
    if (this.#gone.has(rank)) return 'continue'
    setTimeout(() => {
      if (!this.#gone.has(rank)) this.#take({ t: 'failed', rank, reason })
    }, LOST_LIMIT_MS).unref()
    return 'end'
  }

  #take(message: FromThread): void {
    switch (message.t) {
      case 'seat':
        break
      case 'noJob':
        throw new InvariantError(message.why)
      case 'aborted':
        // The others hear it from rank 0, which must not be gone before.
        if (this.rank === 0) this.#port.flush()
        this.#exitAtOnce(message.code)
        break
      case 'failed':
        this.#gone.add(message.rank)
        this.#failure ??= message
        this.receive(message)
        this.#failFinish()
        break
      default:
        if (message.t === 'left' || (message.t === 'finished' && message.left)) this.#gone.add(message.rank)
        this.receive(message)
    }
  }

  #failFinish(): void {
    if (this.#failure === null || this.#finish === null || this.#finish.isOver) return
    const { rank, reason } = this.#failure
    this.#finish.isOver = true
    // Nothing will ever come that ends the process otherwise, should the program swallow the error.
    if (Number(process.exitCode ?? 0) === 0) process.exitCode = 1
    this.#port.release()
    this.#finish.fail(
      this.makeError(
        `rank ${this.rank} of ${this.size} cannot finish: rank ${rank} has failed (${reason}), and with it the job`,
      ),
    )
  }

  /** No handler of the program runs any more. */
  #exitAtOnce(code: number): never {
    process.removeAllListeners('exit')
    if (this.runtimeDir !== null) removeFolder(this.runtimeDir)
    process.exit(code)
  }

  /** The last moment of this process: says how it ends; rank 0 stays until the others need it no more. */
  #leave(code: number): void {
    const owed = this.owed()
    this.#port.send({ t: 'exit', code, owed, activity: this.activity() })
    if (code === 0 && owed !== null) {
      process.stderr.write(`tsmpi: rank ${this.rank} of ${this.size} exits too early: ${owed}\n`)
      process.exitCode = 1
    }
    if (this.rank === 0 && code === 0 && owed === null) {
      const end = this.#port.waitForEnd()
      if (end.ending === Ending.BAD) process.exitCode = end.code
    } else this.#port.flush()
  }
}
