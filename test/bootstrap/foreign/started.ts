/** Starts the ranks of a job as something else than tsrun would: one plain node each, told by its environment. */

import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { type Result, ROOT, Run } from '../../helpers/tsrun.ts'

const PROGRAMS = join(ROOT, 'test/bootstrap/foreign/programs')

export type Variables = Readonly<Record<string, string>>

/** Like torchrun. Each job has a loopback address of its own, so that no port is ever taken. */
export function torchVariables(size: number): (rank: number) => Variables {
  const MASTER_ADDR = ownLoopback()
  return (rank) => ({ RANK: String(rank), WORLD_SIZE: String(size), MASTER_ADDR, MASTER_PORT: '29500' })
}

/** Like srun, with as many ranks on each of the nodes; on two nodes they look for the first at `launchNode`. */
export function slurmVariables(nodes: readonly string[], perNode: number): (rank: number) => Variables {
  const job = String(randomInt(1, 2 ** 30))
  return (rank) => ({
    SLURM_JOB_ID: job,
    SLURM_STEP_ID: '0',
    SLURM_PROCID: String(rank),
    SLURM_NTASKS: String(nodes.length * perNode),
    SLURM_STEP_NUM_TASKS: String(nodes.length * perNode),
    SLURM_STEP_NODELIST: nodes.join(','),
    SLURM_LAUNCH_NODE_IPADDR: '127.0.0.1',
    SLURMD_NODENAME: nodes[Math.floor(rank / perNode)]!,
    // No munge and no scontrol: what is installed here has nothing to do with this job.
    PATH: '/nowhere',
  })
}

export function ownLoopback(): string {
  return `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`
}

/** One process of a job, or one that takes itself for it. */
export function startOne(program: string, args: readonly string[], env: Variables): Run {
  return new Run([join(PROGRAMS, program), ...args], { command: [process.execPath], env })
}

export function startRanks(
  size: number,
  variables: (rank: number) => Variables,
  program: string,
  args: readonly string[] = [],
): Run[] {
  return Array.from({ length: size }, (_, rank) => startOne(program, args, variables(rank)))
}

export function endOf(runs: readonly Run[]): Promise<Result[]> {
  return Promise.all(runs.map((run) => run.ended))
}
