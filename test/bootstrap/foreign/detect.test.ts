import { describe, expect, test } from 'vitest'
import { detectForeign, type Environment, SLURM_PORTS } from '../../../src/bootstrap/foreign/detect.ts'

const TORCH = { RANK: '1', WORLD_SIZE: '4', MASTER_ADDR: 'n1', MASTER_PORT: '29500' }

const SLURM = {
  SLURM_JOB_ID: '17',
  SLURM_STEP_ID: '2',
  SLURM_PROCID: '3',
  SLURM_NTASKS: '4',
  SLURM_STEP_NUM_TASKS: '4',
  SLURM_STEP_NODELIST: 'n[1-2]',
  SLURM_LAUNCH_NODE_IPADDR: '10.0.0.9',
  SLURMD_NODENAME: 'n2',
}

const TORCH_START = {
  id: 'master-29500',
  rank: 1,
  size: 4,
  meeting: { kind: 'master', address: 'n1' },
  ports: [29500],
  nodeName: null,
}

const SLURM_START = {
  id: 'slurm-17.2',
  rank: 3,
  size: 4,
  meeting: { kind: 'slurm', node: 'n1', isOnlyNode: false, launchAddress: '10.0.0.9' },
  ports: [23529, 23786, 24043, 24300, 24557, 24814, 25071, 25328],
  nodeName: 'n2',
}

describe('a process of a job', () => {
  test.each<[string, Environment, object]>([
    ['torchrun', TORCH, TORCH_START],
    [
      'torchrun whose agent holds the port',
      { ...TORCH, TORCHELASTIC_RUN_ID: 'my run', TORCHELASTIC_USE_AGENT_STORE: 'True' },
      {
        ...TORCH_START,
        id: 'master-29500-my_run',
        ports: [29501, 29502, 29503, 29504, 29505, 29506, 29507, 29508],
      },
    ],
    ['srun', SLURM, SLURM_START],
    [
      'an older srun',
      {
        SLURM_JOBID: '17',
        SLURM_STEPID: '2',
        SLURM_PROCID: '0',
        SLURM_NTASKS: '4',
        SLURM_NODELIST: 'n1',
      },
      {
        ...SLURM_START,
        rank: 0,
        meeting: { kind: 'slurm', node: 'n1', isOnlyNode: true, launchAddress: null },
        nodeName: null,
      },
    ],
    ['a step smaller than its allocation', { ...SLURM, SLURM_NTASKS: '9' }, SLURM_START],
    ['srun with pmi2', { ...SLURM, PMI_RANK: '3', PMI_SIZE: '4', PMIX_RANK: '3' }, SLURM_START],
    [
      'srun with a meeting place of its own',
      { ...SLURM, MASTER_ADDR: 'n1', MASTER_PORT: '4000' },
      { ...SLURM_START, id: 'master-4000', meeting: { kind: 'master', address: 'n1' }, ports: [4000] },
    ],
    [
      'srun and RANK that agree',
      { ...SLURM, ...TORCH, RANK: '3' },
      { ...TORCH_START, rank: 3, nodeName: 'n2' },
    ],
    [
      'one torchrun per task of srun',
      { ...SLURM, ...TORCH, RANK: '5', WORLD_SIZE: '16', TORCHELASTIC_RUN_ID: '9' },
      { ...TORCH_START, id: 'master-29500-9', rank: 5, size: 16 },
    ],
    [
      'a script within srun -n 1',
      { ...SLURM, ...TORCH, SLURM_PROCID: '0', SLURM_STEP_NUM_TASKS: '1' },
      TORCH_START,
    ],
    [
      'mpirun with a meeting place',
      {
        OMPI_COMM_WORLD_RANK: '1',
        OMPI_COMM_WORLD_SIZE: '4',
        PMIX_RANK: '1',
        MASTER_ADDR: 'n1',
        MASTER_PORT: '29500',
      },
      TORCH_START,
    ],
    [
      'a job that a rank of another job has started',
      { ...SLURM, TSMPI_JOB_ID: 'slurm-17.1-0a1b2c3d', TSMPI_RANK: '0' },
      SLURM_START,
    ],
  ])('%s', (_, env, start) => {
    expect(detectForeign(env)).toEqual(start)
  })
})

describe('a process that is alone', () => {
  test.each<[string, Environment]>([
    ['nothing is said', {}],
    ['a meeting place is all that is said', { MASTER_ADDR: 'n1', MASTER_PORT: '29500' }],
    ['a shell of salloc', { SLURM_JOB_ID: '17', SLURM_NTASKS: '4', SLURM_NODELIST: 'n[1-2]' }],
    [
      'the batch script',
      { SLURM_JOB_ID: '17', SLURM_NTASKS: '4', SLURM_PROCID: '0', SLURM_NODELIST: 'n[1-2]' },
    ],
    [
      'an interactive step, as newer ones of salloc',
      { ...SLURM, SLURM_PROCID: '0', SLURM_STEP_ID: '4294967290' },
    ],
    ['srun -n 1', { ...SLURM, SLURM_PROCID: '0', SLURM_STEP_NUM_TASKS: '1' }],
    ['a world of one', { RANK: '0', WORLD_SIZE: '1' }],
    ['mpirun -n 1', { OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '1', PMIX_RANK: '0' }],
    ['started by a rank of tsrun', { ...SLURM, ...TORCH, TSMPI_JOB_ID: '4711-abcdef', TSMPI_RANK: '0' }],
    ['started by a rank of srun', { ...SLURM, TSMPI_JOB_ID: 'slurm-17.2-0a1b2c3d', TSMPI_RANK: '3' }],
    ['started by a rank of torchrun', { ...TORCH, TSMPI_JOB_ID: 'master-29500-0a', TSMPI_RANK: '1' }],
  ])('%s', (_, env) => {
    expect(detectForeign(env)).toBeNull()
  })
})

describe('an error', () => {
  const { WORLD_SIZE: _1, ...noSize } = TORCH
  const { RANK: _2, ...noRank } = TORCH
  const { MASTER_ADDR: _3, ...noAddress } = TORCH
  const { MASTER_PORT: _4, ...noPort } = TORCH
  const { SLURM_STEP_NODELIST: _5, ...noNodes } = SLURM
  const { SLURM_STEP_ID: _6, ...noStep } = SLURM

  test.each<[Environment, string]>([
    [noSize, 'RANK=1 but no WORLD_SIZE: set WORLD_SIZE, or unset the former to run one process alone'],
    [noRank, 'WORLD_SIZE=4 but no RANK'],
    [noAddress, 'RANK=1 WORLD_SIZE=4 but no MASTER_ADDR'],
    [noPort, 'RANK=1 WORLD_SIZE=4 but no MASTER_PORT'],
    [noNodes, 'SLURM_PROCID=3 SLURM_STEP_NUM_TASKS=4 but no SLURM_STEP_NODELIST'],
    [noStep, 'SLURM_PROCID=3 but no SLURM_STEP_ID'],
    [{ ...TORCH, RANK: '4' }, 'RANK=4 WORLD_SIZE=4 is no place in a job'],
    [{ ...TORCH, RANK: 'one' }, 'RANK=one WORLD_SIZE=4 is no place in a job'],
    [{ ...TORCH, MASTER_PORT: '99999' }, 'MASTER_PORT=99999 is no port'],
    [
      { ...SLURM, ...TORCH },
      'two places for this process: SLURM_PROCID=3 SLURM_STEP_NUM_TASKS=4, but RANK=1',
    ],
    [{ ...TORCH, PMI_RANK: '1', PMI_SIZE: '2' }, 'two places for this process'],
    [{ PMI_RANK: '2', PMI_SIZE: '4' }, 'this process is rank 2 of 4 of a job that mpirun started'],
    [
      { OMPI_COMM_WORLD_RANK: '2', OMPI_COMM_WORLD_SIZE: '4' },
      'start it with tsrun instead: tsrun -n 4 script. Or give all of them MASTER_ADDR and MASTER_PORT',
    ],
    [{ OMPI_COMM_WORLD_RANK: '2' }, 'no OMPI_COMM_WORLD_SIZE'],
    [{ PMIX_RANK: '0' }, 'a launcher started this process (PMIX_RANK=0) without saying of how many'],
  ])('%o', (env, text) => {
    expect(() => detectForeign(env)).toThrow(text)
  })
})

test('the ports of Slurm steps lie in the documented range and differ', () => {
  for (let job = 1; job < 20_000; job += 37) {
    const { ports } = detectForeign({ ...SLURM, SLURM_JOB_ID: String(job) })!
    expect(new Set(ports).size).toBe(8)
    for (const port of ports) {
      expect(port).toBeGreaterThanOrEqual(SLURM_PORTS.first)
      expect(port).toBeLessThan(SLURM_PORTS.first + SLURM_PORTS.count)
    }
  }
})
