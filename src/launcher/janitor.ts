/**
 * A tiny process that outlives an agent killed without warning, and cleans up behind it.
 *
 * It waits on a pipe that only the agent holds: the launcher, or on other hosts its program there. If that ends
 * without a word, it kills what still carries the job's id in its environment (the ranks themselves die by their
 * parent-death signal) and removes the job's folder. A shell and not Node: it starts in a millisecond and sleeps in half a megabyte.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { JOB_ID_VARIABLE, NODE_RANK_VARIABLE } from '../bootstrap/environment.ts'
import type { JobOnHost } from './kill.ts'

const SCRIPT = `
read -r word && exit 0
job=$(grep -lsaz "^${JOB_ID_VARIABLE}=$2\\$" /proc/[0-9]*/environ)
[ -n "$job" ] && pids=$(grep -lsaz "^${NODE_RANK_VARIABLE}=$3\\$" $job | cut -d/ -f3)
[ -n "$pids" ] && kill -KILL $pids
rm -rf -- "$1"
`

/** How long an agent waits for the janitor to be gone before it leaves itself. */
const LEAVE_LIMIT_MS = 1000

export interface Janitor {
  /** Says that there is nothing to clean up; resolves when the process is gone. */
  dismiss(): Promise<void>
}

export function startJanitor(path: string, job: JobOnHost): Janitor {
  try {
    return startShell(path, job)
  } catch {
    // Some failures are thrown, of too many open files for instance; the ranks will meet it too, and say so.
    return { dismiss: () => Promise.resolve() }
  }
}

function startShell(path: string, { jobId, nodeRank }: JobOnHost): Janitor {
  const words = ['-c', SCRIPT, 'tsmpi-janitor', path, jobId, String(nodeRank)]
  const child = spawn('/bin/sh', words, {
    // A session of its own: neither Ctrl-C nor a closing terminal may take it along with the launcher.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
  })
  // Without a shell there is no janitor, and the next launcher finds nothing worse than an empty folder.
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  child.unref()
  return { dismiss: () => dismiss(child) }
}

function dismiss(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve()
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, LEAVE_LIMIT_MS)
    child.once('exit', () => {
      clearTimeout(limit)
      resolve()
    })
    child.ref()
    child.stdin?.end('done\n')
  })
}
