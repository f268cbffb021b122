/**
 * The world of this process: made when tsmpi is imported, connected when the first message needs it, and
 * brought to its end when the program has nothing left to do.
 *
 * The only module state of the library. The end is Node's own: a rank is finished when its event loop is
 * empty. `beforeExit` says so; then everything sent is flushed, the launcher told, and the process goes on
 * serving the others until all are finished. A program needs no finalize() for that.
 */

import { currentJob } from '../bootstrap/current-job.ts'
import type { Job } from '../bootstrap/job.ts'
import { LoopbackTransport } from '../transport/loopback.ts'
import { realClock } from '../transport/real-clock.ts'
import { Router } from '../transport/router.ts'
import { hasCoresFor } from '../transport/shm/cores.ts'
import { MAX_RANKS } from '../transport/shm/layout.ts'
import { openShm } from '../transport/shm/open-shm.ts'
import type { ShmTransport } from '../transport/shm/shm.ts'
import type { Transport } from '../transport/transport.ts'
import { ZmqTransport } from '../transport/zmq/zmq.ts'
import type { Communicator } from './communicator.ts'
import { createWorld, type Ending, type World } from './world-of.ts'

const job = currentJob()
const current = openWorld()

/** The communicator of all ranks of the job; of this process alone if no launcher started it. @see MPI-4.1 §7.4 */
export const world: Communicator = current.comm

/** A communicator of this rank alone. @see MPI-4.1 §7.4 */
export const self: Communicator = current.self

/** The host this rank runs on, as the launcher calls it. */
export const hostname: string = job.hostname

/** Ends the whole job with this exit code (0 becomes 1); no further statement of this process runs. @see MPI-4.1 §9.7 */
export function abort(code = 1): never {
  return world.abort(code)
}

/** Seconds since a moment in the past, for measuring intervals within a rank. @see MPI-4.1 §9.6, MPI_Wtime */
export function wtime(): number {
  return performance.now() / 1000
}

function openWorld(): World {
  const loopback = new LoopbackTransport(job.rank)
  // Beyond so many ranks places in the memory would no longer fit the numbers they are kept in.
  const near = job.segmentFd === null || job.localSize > MAX_RANKS ? null : shmTransport(job, job.segmentFd)
  const far = near?.ranks.length === job.size || job.size === 1 ? null : zmqTransport(job, near === null)
  const to = Array.from({ length: job.size }, (_, rank): Transport => {
    if (rank === job.rank) return loopback
    return near?.ranks.includes(rank) ? near : far!
  })
  const transport = job.size === 1 ? loopback : new Router(to)
  const opened = createWorld({ transport, clock: realClock, job, onWant: () => far?.want() })
  endWith(opened)
  // Whoever ends in the middle of it all, others must not wait for it: what is in memory stays theirs.
  if (near !== null) process.on('exit', () => void near.close())
  return opened
}

function shmTransport({ rank, size, nodeOf, runtimeDir }: Job, fd: number): ShmTransport {
  const ranks = [...nodeOf.keys()].filter((other) => nodeOf[other] === nodeOf[rank])
  return openShm({ fd, rank, ranks, hasOtherHosts: ranks.length < size, runtimeDir: runtimeDir! })
}

function zmqTransport(job: Job, isOnly: boolean): ZmqTransport {
  const { rank, size, jobId, runtimeDir, publish, card, net, nodeOf, hostname, localSize } = job
  return new ZmqTransport({
    rank,
    size,
    jobId,
    endpoint: () => `ipc://${runtimeDir}/r${rank}`,
    publish: publish.bind(job),
    lookup: card.bind(job),
    network: net,
    nodeOf,
    host: hostname,
    looksOut: isOnly && hasCoresFor(localSize),
    warn: (text) => process.stderr.write(`tsmpi: warning: ${text}\n`),
  })
}

/** Ties the end of the world to the end of the process. */
function endWith(world: World): void {
  let ending = false
  let ended = false
  // Until the end is complete: somebody else's beforeExit handler may call process.exit() in the middle of it.
  job.owedAtExit(() => (ended ? null : world.owed()))
  process.on('beforeExit', () => {
    if (ending) return
    if (world.idle()) {
      // The program may go on after the failure, without touching the event loop: give it another end.
      setImmediate(() => {})
      return
    }
    // A rank that has failed has nothing to wait for, and others may wait for it: the launcher takes over.
    if (Number(process.exitCode ?? 0) !== 0) return
    ending = true
    void world.finalize().then(async (end) => {
      if (end === null) {
        ending = false
        return
      }
      await world.close()
      ended = true
      report(end)
    })
  })
}

function report({ errors, warnings }: Ending): void {
  for (const warning of warnings) process.stderr.write(`tsmpi: warning: ${warning}\n`)
  for (const error of errors.slice(1)) process.stderr.write(`${error.stack}\n`)
  // As an uncaught error, so that it ends the job and its report like any other.
  if (errors[0]) throw errors[0]
}
