/** Jobs inside a real Slurm allocation of two hosts. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { pathOf } from '../examples/list.ts'
import { program, ROOT, TSRUN } from '../helpers/tsrun.ts'
import { HostRun } from './world/host-run.ts'
import { missingForSlurm } from './world/needs.ts'
import { type Slurm, startSlurm } from './world/slurm.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

const TSRUN_COMMAND = [process.execPath, TSRUN]
const HELLO = pathOf('01-hello.ts')

describeWith(missingForSlurm(), 'inside Slurm', () => {
  const hosts = useHosts(2)
  let slurm: Slurm

  beforeAll(async () => {
    slurm = await startSlurm(hosts.world, 4)
  })

  /** Runs a command of Slurm's on the front host. */
  const start = (...command: readonly string[]) => new HostRun(hosts.world, [], { command, env: slurm.env })
  const run = (...command: readonly string[]) => start(...command).ended
  const salloc = (...words: readonly string[]) => run('salloc', '--quiet', ...words)
  const greetings = (places: readonly string[]): string =>
    places.map((host, rank) => `Hello from rank ${rank} of ${places.length} on ${host}\n`).join('')

  test('srun reaches both hosts', async () => {
    const { code, stdout, stderr } = await run(
      'srun',
      '--quiet',
      '-N2',
      '--ntasks-per-node=2',
      '-l',
      'hostname',
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.trim().split('\n').sort()).toEqual(['0: h1', '1: h1', '2: h2', '3: h2'])
  })

  test('salloc npx tsrun: hosts and number of ranks are the allocation’s', async () => {
    const command = ['-N2', '--ntasks-per-node=2', '-D', ROOT, 'npx', 'tsrun', HELLO]
    const { code, stdout } = await salloc(...command)
    expect([code, stdout]).toEqual([0, greetings(['h1', 'h1', 'h2', 'h2'])])
  })

  test('unequal numbers of tasks are told by Slurm', async () => {
    const { code, stdout } = await salloc('-N2', '-n5', ...TSRUN_COMMAND, '--dry-run', HELLO)
    expect(code).toBe(0)
    expect(stdout).toMatch(/h1/)
    const job = await salloc('-N2', '-n5', ...TSRUN_COMMAND, HELLO)
    expect(job.code).toBe(0)
    expect(job.stdout.match(/of 5 on h1\n/g)!.length + job.stdout.match(/of 5 on h2\n/g)!.length).toBe(5)
  })

  test('sbatch', async () => {
    const script = join(hosts.world.folder, 'job.sh')
    const output = join(hosts.world.folder, 'job.out')
    writeFileSync(
      script,
      `#!/bin/sh\n#SBATCH -N2 --ntasks-per-node=2 -o ${output}\n'${process.execPath}' '${TSRUN}' '${pathOf('03-pi.ts')}'\n`,
    )
    const { code } = await run('sbatch', '--wait', script)
    expect([code, readFileSync(output, 'utf8')]).toEqual([0, 'pi is 3.1415926536\n'])
  })

  test('a hostfile chooses within the allocation', async () => {
    const file = join(hosts.world.folder, 'hosts')
    writeFileSync(file, 'h1 slots=4\nh2 slots=4\n')
    const words = [...TSRUN_COMMAND, '-n', '8', '--hostfile', file, HELLO]
    const { code, stdout } = await salloc('-N2', '--ntasks-per-node=4', ...words)
    const places = ['h1', 'h2'].flatMap((host) => Array<string>(4).fill(host))
    expect([code, stdout]).toEqual([0, greetings(places)])
  })

  test('and not beyond it', async () => {
    const file = join(hosts.world.folder, 'hosts')
    writeFileSync(file, 'h1 slots=4\nh2 slots=4\n')
    const words = [...TSRUN_COMMAND, '-n', '8', '--hostfile', file, HELLO]
    const { code, stdout, stderr } = await salloc('-N2', '--ntasks-per-node=2', ...words)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/Slurm job \d+/)
  })

  test('the exit code is that of the first rank that failed', async () => {
    const words = [...TSRUN_COMMAND, program('exit-3-on-rank-1.ts')]
    const { code, stderr } = await salloc('-N2', '--ntasks-per-node=2', ...words)
    expect(code).toBe(3)
    expect(stderr).toMatch(/tsrun: rank 1 \(host h1, pid \d+\) exited with code 3/)
  })

  test('scancel leaves nothing', async () => {
    const job = start(
      ...['salloc', '-N2', '--ntasks-per-node=2', '--quiet'],
      ...[...TSRUN_COMMAND, program('sync-loop.ts')],
    )
    await job.allSay('ready', 4)
    expect((await run('scancel', '-u', 'root')).code).toBe(0)
    expect((await job.ended).code).not.toBe(0)
  })

  test('kill -9 of tsrun leaves nothing', async () => {
    const command = `'${process.execPath}' '${TSRUN}' '${program('sync-loop.ts')}' & echo "pid $!"; wait`
    const job = start('salloc', '-N2', '--ntasks-per-node=2', '--quiet', 'sh', '-c', command)
    await job.allSay('ready', 4)
    const pid = /pid (\d+)/.exec(job.stdout)![1]!
    expect((await run('kill', '-KILL', pid)).code).toBe(0)
    await job.ended
  })

  test.each([2, 4])('srun node script.mjs, %i ranks without tsrun', async (size) => {
    const script = join(ROOT, 'test/hosts/programs/plain-ring.mjs')
    const words = ['--quiet', '-N2', `--ntasks-per-node=${size / 2}`, process.execPath, script]
    const { code, stdout, stderr } = await run('srun', ...words)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(`${size} ranks, sum ${(size * (size - 1)) / 2}\n`)
  })
})
