/** The hosts of a PBS job: PBS_NODEFILE names a file with one line per slot. */

import { UsageError } from '../usage-error.ts'
import { addUp } from './add-up.ts'
import type { Allocation } from './allocation.ts'
import { readHost } from './read-host.ts'

/** Null outside a PBS job. */
export function pbsAllocation(env: NodeJS.ProcessEnv, readFile: (path: string) => string): Allocation | null {
  const path = env.PBS_NODEFILE
  if (!path) return null
  const job = env.PBS_JOBID ? `PBS job ${env.PBS_JOBID}` : 'the PBS job'
  const names = readNodefile(path, readFile).split(/\s+/).filter(Boolean)
  if (names.length === 0) {
    throw new UsageError(`PBS_NODEFILE ${path} names no host; name the hosts with -H`)
  }
  const mentions = names.map((text) => {
    const { name, user } = readHost(text, `PBS_NODEFILE ${path}`)
    return { name, user, slots: 1, maxSlots: null, origin: job }
  })
  return { manager: 'pbs', job, hosts: addUp(mentions) }
}

function readNodefile(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path)
  } catch (error) {
    throw new UsageError(
      `PBS_NODEFILE ${path} cannot be read (${(error as NodeJS.ErrnoException).code}); unset PBS_NODEFILE to run outside the PBS job`,
    )
  }
}
