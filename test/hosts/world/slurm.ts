/**
 * A real Slurm over the hosts of a test: its controller on the front host, a slurmd on each of the others, and
 * munge, which tells them who is who, on all. Everything of it is in the test's folder or in its hosts' /run, and
 * ends with the hosts.
 */

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Host } from './host.ts'
import { pathOf, searchPath } from './needs.ts'
import type { World } from './world.ts'

/** Longer than its first registration of a node takes. */
const UP_TIMEOUT_MS = 60_000

export interface Slurm {
  /** What every command of Slurm's needs in its environment. */
  readonly env: Readonly<Record<string, string>>
  /** What the daemons have said, for a test that fails. */
  readonly log: () => string
}

/** Gives each node `cpus` processors, however many there are. */
export async function startSlurm(world: World, cpus: number): Promise<Slurm> {
  const folder = join(world.folder, 'slurm')
  mkdirSync(folder)
  writeFileSync(join(folder, 'munge.key'), randomBytes(128), { mode: 0o400 })
  writeFileSync(join(folder, 'slurm.conf'), configuration(world, folder, cpus))
  const env = { SLURM_CONF: join(folder, 'slurm.conf'), PATH: searchPath() }
  let log = ''

  /** Runs a daemon until its host ends; `sign` is in a line by which it is known to be up. */
  const start = async (host: Host, command: readonly string[], sign: string): Promise<void> => {
    const [file, ...words] = [...host.enter('/'), ...command]
    const child = spawn(file!, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    let said = ''
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (piece: string) => {
          said += piece
          log += piece
          if (said.includes(sign)) resolve()
        })
      }
      child.once('close', () => reject(new Error(`${command.join(' ')} on ${host.name} has ended:\n${said}`)))
    })
  }

  await Promise.all(world.all.map((host) => start(host, munged(folder), 'Created')))
  await start(world.front, [pathOf('slurmctld')!, '-D', '-c'], 'Running as primary controller')
  await Promise.all(
    world.hosts.map((host) => start(host, [pathOf('slurmd')!, '-D', '-N', host.name], 'slurmd started')),
  )
  await nodesAreIdle(world, env, () => log)
  for (const host of world.all) host.keepAll()
  return { env, log: () => log }
}

function munged(folder: string): string[] {
  const files =
    'mkdir -m 755 /run/munge && exec "$0" -F --key-file="$1" --pid-file=/run/munge/pid --seed-file=/run/munge/seed'
  return ['sh', '-c', files, pathOf('munged')!, join(folder, 'munge.key')]
}

function configuration(world: World, folder: string, cpus: number): string {
  const { front, hosts } = world
  return `ClusterName=tests
SlurmctldHost=${front.name}(${front.address})
SlurmUser=root
AuthType=auth/munge
CryptoType=crypto/munge
MpiDefault=none
StateSaveLocation=${folder}/state
SlurmdSpoolDir=/run/slurmd
SlurmdPidFile=/run/slurmd.pid
SlurmctldPidFile=/run/slurmctld.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
ReturnToService=2
SlurmdParameters=config_overrides
KillWait=2
${hosts.map(({ name, address }) => `NodeName=${name} NodeAddr=${address} CPUs=${cpus} RealMemory=1000`).join('\n')}
PartitionName=all Nodes=${hosts.map(({ name }) => name).join(',')} Default=YES MaxTime=INFINITE State=UP
`
}

async function nodesAreIdle(world: World, env: Record<string, string>, log: () => string): Promise<void> {
  const deadlineMs = performance.now() + UP_TIMEOUT_MS
  for (;;) {
    const [file, ...words] = [...world.front.enter('/'), 'sinfo', '-h', '-o', '%T %D']
    const child = spawn(file!, words, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
    if (said.trim() === `idle ${world.hosts.length}`) return
    if (performance.now() > deadlineMs) throw new Error(`Slurm's nodes are not idle: ${said}\n${log()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
