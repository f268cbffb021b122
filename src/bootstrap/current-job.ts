/**
 * How the library finds the job that boot.ts has joined, and the job of one where nobody started us.
 *
 * boot.ts belongs to the launcher's copy of tsmpi, the script imports its own. They meet at a global
 * symbol, and only if they are of the same version: a mixture would garble messages.
 */

import { hostname } from 'node:os'
import { BootstrapError, RankFailedError } from '../errors.ts'
import { version } from '../version.ts'
import { foreignJob } from './foreign/foreign-job.ts'
import type { Job } from './job.ts'

const key = Symbol.for('tsmpi.job')
type Holder = { [key]?: { version: string; job: Job; takenBy?: string } }

/** Makes `job` the one this process's library finds. */
export function setCurrentJob(job: Job): void {
  ;(globalThis as Holder)[key] = { version, job }
}

/** The job this process is a rank of; if nobody started it as one, a job of one. */
export function currentJob(): Job {
  const held = (globalThis as Holder)[key]
  if (held && held.version !== version) {
    throw new BootstrapError(
      `this script imports tsmpi ${version}, but tsrun is tsmpi ${held.version}; ` +
        'use the tsrun of the same installation: npx tsrun',
    )
  }
  if (held === undefined) return startedByOthers() ?? singletonJob()
  // A job has one listener and a rank one address: a second copy would leave the first deaf.
  if (held.takenBy !== undefined) {
    throw new BootstrapError(
      `tsmpi is loaded twice, from ${held.takenBy} and ${import.meta.url}; let all packages share one: npm dedupe`,
    )
  }
  held.takenBy = import.meta.url
  held.job.makeError = (message) => new RankFailedError(message)
  return held.job
}

/** The job of srun, torchrun and the like; null if this process is alone. */
function startedByOthers(): Job | null {
  const job = foreignJob()
  // Held like one of tsrun, so that a second copy of the library is told apart here, too.
  if (job !== null) (globalThis as Holder)[key] = { version, job, takenBy: import.meta.url }
  return job
}

/** A job of one, in which nothing can be asked of anybody. */
export function singletonJob(): Job {
  return {
    rank: 0,
    size: 1,
    localRank: 0,
    localSize: 1,
    nodeRank: 0,
    nodeOf: [0],
    sharing: [false],
    net: null,
    bracketing: 'placement',
    jobId: 'singleton',
    hostname: hostname(),
    runtimeDir: null,
    segmentFd: null,
    publish() {},
    card: () => Promise.reject(new BootstrapError('a job of one has no other ranks')),
    listen() {},
    finish: () => Promise.resolve(),
    abort(code, why) {
      process.stderr.write(`tsmpi: abort(${code}): ${why}\n`)
      process.exit(code & 0xff || 1)
    },
    lost: () => 'continue',
    describeWith() {},
    owedAtExit() {},
  }
}
