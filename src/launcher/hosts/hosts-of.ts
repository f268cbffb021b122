/**
 * Where the hosts of a job come from: -H, else --hostfile, else TSRUN_HOSTFILE, else Slurm or PBS, else this
 * host alone. Inside an allocation the first three choose within it.
 */

import { resolve } from 'node:path'
import type { Plan } from '../arguments.ts'
import { UsageError } from '../usage-error.ts'
import { address, addUp } from './add-up.ts'
import type { Allocation } from './allocation.ts'
import type { HostEntry } from './host.ts'
import { parseHostList } from './host-list.ts'
import { parseHostfile } from './hostfile.ts'
import { pbsAllocation } from './pbs.ts'
import { withCpus } from './placement.ts'
import { slurmAllocation } from './slurm.ts'
import { runsHere, type ThisHost } from './this-host.ts'
import { within } from './within.ts'

/** Everything outside the command line that decides about hosts. */
export interface Surroundings extends ThisHost {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** How many this process may use. */
  readonly cpus: number
  readFile(path: string): string
}

export type HostsPlan = Pick<Plan, 'hosts' | 'ranks' | 'rsh'>

/**
 * Each host once, in order. Null: this host alone, with as many ranks as asked for. The slots of other hosts
 * than this one may still be unknown.
 */
export function hostsOf(plan: HostsPlan, around: Surroundings): HostEntry[] | null {
  const isHere = (entry: HostEntry) => runsHere(entry, around)
  // A command given by --rsh may take hosts called localhost and 127.0.0.1 to different ones.
  const isSurelyHere = (entry: HostEntry) => plan.rsh === null && isHere(entry)
  const asked = askedHosts(plan, around)
  const allocation = allocationOf(around)
  if (allocation === null) {
    if (asked === null) return null
    const hosts = addUp(asked, (entry) => (isSurelyHere(entry) ? '' : address(entry)))
    return hosts.map((entry) => (isSurelyHere(entry) ? withCpus(entry, around.cpus) : entry))
  }
  if (asked !== null) return within(asked, allocation, isHere)
  return needsNoHosts(plan, allocation, isHere) ? null : [...allocation.hosts]
}

/** What a resource manager gave this job. */
export function allocationOf({ env, readFile }: Surroundings): Allocation | null {
  return slurmAllocation(env) ?? pbsAllocation(env, readFile)
}

/**
 * An allocation of just this host is as if there were none, for somebody who says how many ranks: on one host
 * more ranks than cores need no permission. PBS runs a job's commands on the first of its hosts; Slurm may
 * run them elsewhere.
 */
function needsNoHosts(
  plan: HostsPlan,
  allocation: Allocation,
  isHere: (entry: HostEntry) => boolean,
): boolean {
  const { manager, hosts } = allocation
  if (plan.ranks === null || plan.rsh !== null || hosts.length > 1) return false
  return manager === 'pbs' || isHere(hosts[0]!)
}

function askedHosts({ hosts }: HostsPlan, around: Surroundings): HostEntry[] | null {
  if (hosts.kind === 'list') return parseHostList(hosts.texts)
  if (hosts.kind === 'file') return readHostfile(hosts.path, `--hostfile ${hosts.path}`, around)
  const path = around.env.TSRUN_HOSTFILE
  return path ? readHostfile(path, `TSRUN_HOSTFILE ${path}`, around) : null
}

function readHostfile(path: string, shown: string, { cwd, readFile }: Surroundings): HostEntry[] {
  const file = resolve(cwd, path)
  let text: string
  try {
    text = readFile(file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${code ?? message})`
    throw new UsageError(`${shown}: ${why}`)
  }
  return parseHostfile(text, path)
}
