/** What these tests need of a machine, and what of it is missing here. */

import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter } from 'node:path'

/** Commands by the Debian package that has them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'util-linux': ['unshare', 'nsenter', 'setpriv', 'mount'],
  iproute2: ['ip', 'ss'],
  'openssh-server': ['sshd'],
  'openssh-client': ['ssh', 'ssh-keygen'],
}

const SLURM_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'slurm-wlm': ['slurmctld', 'slurmd', 'srun', 'salloc', 'sbatch', 'sinfo'],
  munge: ['munged'],
}

/** Where daemons are, which are not on everybody's PATH. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin']

export function searchPath(): string {
  return [...(process.env.PATH ?? '').split(delimiter), ...MORE_FOLDERS].join(delimiter)
}

/** The full path of a command; sshd wants to be called by it. */
export function pathOf(command: string): string | null {
  for (const folder of searchPath().split(delimiter)) {
    try {
      accessSync(`${folder}/${command}`, constants.X_OK)
      return `${folder}/${command}`
    } catch {
      // Perhaps the next one.
    }
  }
  return null
}

/** What is missing to make hosts; empty: nothing. */
export function missingForHosts(): string[] {
  if (process.platform !== 'linux') return ['Linux, whose namespaces stand for hosts']
  if (process.getuid?.() !== 0) return ['root, who alone may make network namespaces']
  const missing = missingPackages(PACKAGES)
  if (missing.length > 0) return missing
  const tried = spawnSync(
    'unshare',
    ['--net', '--uts', '--ipc', '--mount', '--pid', '--fork', '--mount-proc', 'true'],
    { encoding: 'utf8' },
  )
  return tried.status === 0 ? [] : [`namespaces: ${tried.stderr.trim()}`]
}

export function missingForSlurm(): string[] {
  return [...missingForHosts(), ...missingPackages(SLURM_PACKAGES)]
}

/** For a network of little bandwidth. */
export function missingForSlowness(): string[] {
  return missingDiscipline('tbf', 'rate', '8mbit', 'burst', '32kbit', 'latency', '400ms')
}

/** For a network of long ways and lost packets. */
export function missingForLoss(): string[] {
  return missingDiscipline('netem', 'delay', '1ms')
}

/** Many kernels are built without some; asked in a network that is gone again at once. */
function missingDiscipline(kind: string, ...options: readonly string[]): string[] {
  if (pathOf('tc') === null) return ['package iproute2 (tc)']
  const words = ['--net', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', kind, ...options]
  const { status } = spawnSync('unshare', words, { env: { ...process.env, PATH: searchPath() } })
  return status === 0 ? [] : [`${kind} in its kernel (tc qdisc add ... ${kind})`]
}

function missingPackages(packages: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(packages).flatMap(([name, commands]) => {
    const absent = commands.filter((command) => pathOf(command) === null)
    return absent.length === 0 ? [] : [`package ${name} (${absent.join(', ')})`]
  })
}
