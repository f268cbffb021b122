/**
 * Tells from the environment whether something other than tsrun has started this process as one of several.
 *
 * Such a process that took itself for a job of one would compute the wrong thing and end with 0, so every
 * sign of a launcher is either understood or an error. Two kinds of processes carry the signs and are no
 * ranks: the shell of an allocation (its SLURM_PROCID is 0, its step no real one), and what a rank starts
 * itself, known by the TSMPI_* variables that every rank sets in its own environment.
 */

import { BootstrapError } from '../../errors.ts'
import { JOB_ID_VARIABLE } from '../environment.ts'
import { expandNodelist } from './nodelist.ts'

/** One process of a job that something other than tsrun has started. */
export interface ForeignStart {
  /** What all ranks of the job know and those of other jobs do not share. Public. */
  readonly id: string
  readonly rank: number
  readonly size: number
  /** Where rank 0 waits for the others. */
  readonly meeting: Meeting
  /** The ports at which it may wait, in the order in which to try them. */
  readonly ports: readonly number[]
  /** This host as Slurm calls it; null outside Slurm. */
  readonly nodeName: string | null
}

export type Meeting =
  | { readonly kind: 'master'; readonly address: string }
  | {
      readonly kind: 'slurm'
      /** Slurm's name of the node of rank 0. */
      readonly node: string
      /** Whether all ranks are on that node. */
      readonly isOnlyNode: boolean
      /** The address of the node where srun runs, which is often the node of rank 0, too. */
      readonly launchAddress: string | null
    }

export type Environment = Readonly<Record<string, string | undefined>>

/** What one launcher says about this process. */
interface Claim {
  readonly by: 'slurm' | 'torch' | 'mpirun'
  readonly rank: number
  readonly size: number
  /** As it reads in a message: `RANK=1 WORLD_SIZE=4`. */
  readonly text: string
}

/**
 * Where ranks of a Slurm step meet: a port below those that systems give away by themselves (from 32768 on),
 * chosen by the numbers of job and step. If it is taken, the next one is this far away, so that jobs with
 * neighbouring numbers do not meet at every step.
 */
export const SLURM_PORTS = { first: 23_000, count: 8192, tries: 8, stride: 257 }

/** Slurm's own steps (batch script, interactive shell, extern) have numbers from here on. */
const FIRST_SPECIAL_STEP = 0xffff_fff0
/** Beside the port of torchrun's agents, which is taken. */
const TORCH_TRIES = 8

/** Null: this process is alone. Throws BootstrapError where the variables are incomplete or at odds. */
export function detectForeign(env: Environment): ForeignStart | null {
  const started = env[JOB_ID_VARIABLE]
  if (started !== undefined && !isForeignId(started)) return null // by a rank of tsrun

  const claims = readClaims(env)
  const first = claims[0]
  if (first === undefined) {
    if (env.PMIX_RANK === undefined) return null
    throw new BootstrapError(
      `a launcher started this process (PMIX_RANK=${env.PMIX_RANK}) without saying of how many; ${useTsrun('N')}`,
    )
  }
  const other = claims.find(({ rank, size }) => rank !== first.rank || size !== first.size)
  if (other !== undefined) {
    throw new BootstrapError(
      `the environment names two places for this process: ${first.text}, but ${other.text}; ` +
        'unset the variables that are not meant',
    )
  }
  if (first.size === 1) return null
  const start = withMeeting(env, claims)
  const isChild = started?.startsWith(`${start.id}-`) && env.TSMPI_RANK === String(start.rank)
  return isChild ? null : start
}

function isForeignId(jobId: string): boolean {
  return /^(slurm|master)-/.test(jobId)
}

function readClaims(env: Environment): Claim[] {
  const slurm = readSlurm(env)
  const torch = readPair(env, 'torch', 'RANK', 'WORLD_SIZE')
  const mpirun = [
    readPair(env, 'mpirun', 'OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE'),
    readPair(env, 'mpirun', 'PMI_RANK', 'PMI_SIZE'),
  ]
  const inner = [torch, ...mpirun].filter((claim) => claim !== null)
  if (slurm === null) return inner
  // One task per node that starts further processes itself: srun torchrun, or a shell from srun -n 1.
  const isOuter = inner.length > 0 && (slurm.size === 1 || env.TORCHELASTIC_RUN_ID !== undefined)
  return isOuter ? inner : [slurm, ...inner]
}

function readSlurm(env: Environment): Claim | null {
  const procId = env.SLURM_PROCID
  if (procId === undefined) return null
  const stepId = env.SLURM_STEP_ID ?? env.SLURM_STEPID
  const isStep = stepId !== undefined && Number(stepId) < FIRST_SPECIAL_STEP
  if (!isStep && procId === '0') return null
  if (!isStep) throw missing(`SLURM_PROCID=${procId}`, 'SLURM_STEP_ID')
  // SLURM_NTASKS may still be that of the allocation.
  const sizeName = env.SLURM_STEP_NUM_TASKS === undefined ? 'SLURM_NTASKS' : 'SLURM_STEP_NUM_TASKS'
  return readPair(env, 'slurm', 'SLURM_PROCID', sizeName)
}

function readPair(env: Environment, by: Claim['by'], rankName: string, sizeName: string): Claim | null {
  const [rank, size] = [env[rankName], env[sizeName]]
  if (rank === undefined && size === undefined) return null
  if (rank === undefined) throw missing(`${sizeName}=${size}`, rankName)
  if (size === undefined) throw missing(`${rankName}=${rank}`, sizeName)
  const text = `${rankName}=${rank} ${sizeName}=${size}`
  if (!/^\d{1,9}$/.test(rank) || !/^\d{1,9}$/.test(size) || Number(rank) >= Number(size)) {
    throw new BootstrapError(`${text} is no place in a job; a rank counts from 0 to the size minus 1`)
  }
  return { by, rank: Number(rank), size: Number(size), text }
}

function withMeeting(env: Environment, claims: readonly Claim[]): ForeignStart {
  const [{ rank, size, text }] = claims as [Claim]
  const isSlurm = claims.some(({ by }) => by === 'slurm')
  const place = { rank, size, nodeName: isSlurm ? (env.SLURMD_NODENAME ?? null) : null }
  const { MASTER_ADDR: address, MASTER_PORT: port } = env
  if (address && port) return { ...place, ...masterMeeting(env, address, port) }
  if (isSlurm) return { ...place, ...slurmMeeting(env, text) }
  if (claims.some(({ by }) => by === 'torch')) throw missing(text, address ? 'MASTER_PORT' : 'MASTER_ADDR')
  throw new BootstrapError(
    `this process is rank ${rank} of ${size} of a job that mpirun started (${text}), whose ranks tsmpi ` +
      `cannot bring together; ${useTsrun(String(size))}. Or give all of them MASTER_ADDR and MASTER_PORT, ` +
      'where rank 0 is to wait for the others',
  )
}

type Place = Pick<ForeignStart, 'id' | 'meeting' | 'ports'>

function masterMeeting(env: Environment, address: string, text: string): Place {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw new BootstrapError(`MASTER_PORT=${text} is no port; give one from 1 to 65535`)
  }
  // torchrun's own agent listens at MASTER_PORT then.
  const taken = env.TORCHELASTIC_USE_AGENT_STORE === 'True'
  const ports = taken ? Array.from({ length: TORCH_TRIES }, (_, i) => ((port + i) % 65_535) + 1) : [port]
  // Not the address: on its own host, rank 0 is sometimes given another one, such as localhost.
  const run = env.TORCHELASTIC_RUN_ID?.replace(/[^\w.]/g, '_')
  return { id: `master-${port}${run ? `-${run}` : ''}`, meeting: { kind: 'master', address }, ports }
}

function slurmMeeting(env: Environment, text: string): Place {
  const job = needed(env, text, 'SLURM_JOB_ID', 'SLURM_JOBID')
  const step = needed(env, text, 'SLURM_STEP_ID', 'SLURM_STEPID')
  const nodes = expandNodelist(needed(env, text, 'SLURM_STEP_NODELIST', 'SLURM_NODELIST'))
  if (nodes.length === 0) throw missing(text, 'SLURM_STEP_NODELIST')
  const { first, count, tries, stride } = SLURM_PORTS
  const start = (Number(job) * 31 + Number(step)) % count
  return {
    id: `slurm-${job}.${step}`,
    meeting: {
      kind: 'slurm',
      node: nodes[0]!,
      isOnlyNode: nodes.length === 1,
      launchAddress: env.SLURM_LAUNCH_NODE_IPADDR ?? null,
    },
    ports: Array.from({ length: tries }, (_, i) => first + ((start + i * stride) % count)),
  }
}

function needed(env: Environment, text: string, name: string, older: string): string {
  const value = env[name] || env[older]
  if (!value) throw missing(text, name)
  return value
}

function missing(found: string, name: string): BootstrapError {
  return new BootstrapError(
    `the environment has ${found} but no ${name}: set ${name}, or unset the former to run one process alone`,
  )
}

function useTsrun(size: string): string {
  return `start it with tsrun instead: tsrun -n ${size} script`
}
