/** Jobs inside a real Slurm allocation of two hosts. */

import { beforeAll, expect, test } from 'vitest'
import { HostRun } from './world/host-run.ts'
import { missingForSlurm } from './world/needs.ts'
import { type Slurm, startSlurm } from './world/slurm.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

describeWith(missingForSlurm(), 'inside Slurm', () => {
  const hosts = useHosts(2)
  let slurm: Slurm

  beforeAll(async () => {
    slurm = await startSlurm(hosts.world, 4)
  })

  /** Runs a command of Slurm's on the front host. */
  const run = (...command: string[]) => new HostRun(hosts.world, [], { command, env: slurm.env }).ended

  test('srun reaches both hosts', async () => {
    const { code, stdout, stderr } = await run('srun', '-N2', '--ntasks-per-node=2', '-l', 'hostname')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.trim().split('\n').sort()).toEqual(['0: h1', '1: h1', '2: h2', '3: h2'])
  })
})
