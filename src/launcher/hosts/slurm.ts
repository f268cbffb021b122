/** The nodes of a Slurm allocation and their slots, from the variables that salloc, sbatch and srun set. */

import { expandNodelist } from '../../bootstrap/nodelist.ts'
import { UsageError } from '../usage-error.ts'
import type { Allocation } from './allocation.ts'

/** Null outside a Slurm job. */
export function slurmAllocation(env: NodeJS.ProcessEnv): Allocation | null {
  const id = env.SLURM_JOB_ID
  const listed = ['SLURM_JOB_NODELIST', 'SLURM_NODELIST'].find((name) => env[name])
  if (!id || listed === undefined) return null
  const nodes = read(env, listed, expandNodelist)
  const slots = slotsOf(nodes.length, env)
  const job = `Slurm job ${id}`
  const hosts = nodes.map((name, at) => ({
    name,
    user: null,
    slots: slots[at]!,
    maxSlots: null,
    origin: job,
  }))
  return { manager: 'slurm', job, hosts }
}

/**
 * As many as tasks, or CPUs if the user asked for no number of tasks: Slurm then says one task per node.
 * Within a step on some of the nodes the number of tasks is that of the step, and does not fit the nodes.
 */
function slotsOf(nodes: number, env: NodeJS.ProcessEnv): number[] {
  const hasTasks = env.SLURM_NTASKS || env.SLURM_NPROCS || env.SLURM_NTASKS_PER_NODE
  const tasks = 'SLURM_TASKS_PER_NODE'
  const cpus = 'SLURM_JOB_CPUS_PER_NODE'
  const names = (hasTasks ? [tasks, cpus] : [cpus, tasks]).filter((name) => env[name])
  for (const name of names) {
    const counts = read(env, name, (text) => parseCounts(text, nodes))
    if (counts.length === nodes) return counts
  }
  const found = names.map((name) => `${name}=${env[name]}`).join(' and ') || `no ${tasks}`
  throw new UsageError(
    `the Slurm job has ${nodes} nodes, but ${found}; name the hosts with -H, or run tsrun in the allocation itself`,
  )
}

/** `2(x3),1` is 2, 2, 2, 1. Stops once there are more than `most`. */
export function parseCounts(text: string, most: number): number[] {
  const counts: number[] = []
  for (const item of text.split(',')) {
    const match = /^(\d+)(?:\(x(\d+)\))?$/.exec(item)
    if (match === null || Number(match[1]) < 1) throw new Error('it is no list of numbers such as 2(x3),1')
    const times = Number(match[2] ?? 1)
    for (let i = 0; i < times && counts.length <= most; i++) counts.push(Number(match[1]))
  }
  return counts
}

function read<T>(env: NodeJS.ProcessEnv, name: string, parse: (text: string) => T): T {
  try {
    return parse(env[name]!)
  } catch (error) {
    throw new UsageError(
      `${name} is "${env[name]}": ${(error as Error).message}; unset SLURM_JOB_ID to run outside the Slurm job`,
    )
  }
}
