/** Who runs kernels: finds them, compiles the C programs, and tells what is missing. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findMpi, findMpi4py } from '../../driver/find-peers.ts'
import { mpirun } from '../../driver/make-peers.ts'
import { KERNELS } from './kernels.ts'
import type { KernelPeer } from './options.ts'

export interface Runner {
  readonly name: KernelPeer
  readonly version: string
  /** The command that starts a kernel on so many ranks; null where this peer has no program for it. */
  command(kernel: string, ranks: number, words: readonly string[]): string[] | null
}

export interface Place {
  /** Of the checkout. */
  readonly root: string
  /** For the compiled programs. */
  readonly folder: string
  /** Where to look for MPI libraries. */
  readonly searched: readonly string[]
  /** Names of the kernels that will run. */
  readonly kernels: readonly string[]
}

/** What C programs are compiled with: all that the compiler can do on this machine without changing results. */
const FLAGS = ['-O3', '-march=native']

/** The peer, or why there is none. */
export function makeRunner(name: KernelPeer, place: Place): Runner | string {
  if (name === 'tsmpi') return tsmpi(place)
  return name === 'mpi4py' ? python(place) : c(name, place)
}

function tsmpi({ root }: Place): Runner {
  return {
    name: 'tsmpi',
    version: `Node ${process.versions.node}`,
    command: (kernel, ranks, words) => {
      const script = join(root, KERNELS[kernel]!.script)
      if (!existsSync(script)) return null
      return [process.execPath, join(root, 'bin/tsrun.js'), '-n', String(ranks), script, ...words]
    },
  }
}

function c(name: 'openmpi' | 'mpich', { root, folder, searched, kernels }: Place): Runner | string {
  const mpi = findMpi(name, searched)
  if (!mpi) return 'no mpicc and mpirun of it found'
  const compiled = new Map<string, string>()
  for (const kernel of kernels) {
    const source = join(root, 'bench/kernels/c', `${kernel}.c`)
    if (!existsSync(source)) continue
    const executable = join(folder, `${kernel}-${name}`)
    const words = [...FLAGS, '-o', executable, source, '-lm']
    const { status, stderr } = spawnSync(mpi.mpicc, words, { encoding: 'utf8' })
    if (status !== 0) return `${mpi.mpicc} cannot compile ${kernel}.c: ${stderr}`
    compiled.set(kernel, executable)
  }
  const compiler = spawnSync(mpi.mpicc, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0]
  return {
    name,
    version: `${mpi.version}, ${compiler}, ${FLAGS.join(' ')}`,
    command: (kernel, ranks, words) => {
      const executable = compiled.get(kernel)
      return executable === undefined ? null : [...mpirun(mpi, ranks), executable, ...words]
    },
  }
}

/** A random.py would hide Python's own module from all the others. */
const PYTHON_NAMES: Readonly<Record<string, string>> = { random: 'random_access' }

function python({ root, searched }: Place): Runner | string {
  const found = findMpi4py(searched)
  if (!found) return 'no python3 that can import mpi4py'
  if (!found.version.includes('numpy')) return `${found.python} has mpi4py, but no numpy`
  const mpi = findMpi(found.kind, searched)
  if (!mpi) return `${found.version} is built for ${found.kind}, whose mpirun is not found`
  return {
    name: 'mpi4py',
    version: `${found.version}, ${mpi.version}`,
    command: (kernel, ranks, words) => {
      const script = join(root, 'bench/kernels/python', `${PYTHON_NAMES[kernel] ?? kernel}.py`)
      // A __pycache__ in the checkout would be litter.
      return existsSync(script) ? [...mpirun(mpi, ranks), found.python, '-B', script, ...words] : null
    },
  }
}
