/** Turns names into peers ready to start: finds them, compiles the C programs, and tells who is missing. */

import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Program } from './benchmarks.ts'
import { compile } from './compile.ts'
import { findMpi, findMpi4py, type Mpi, type MpiKind } from './find-peers.ts'
import type { Missing, Peer, PeerName } from './peers.ts'

export interface Place {
  /** Of the checkout. */
  readonly root: string
  /** For the compiled programs. */
  readonly folder: string
  /** Where to look for MPI libraries. */
  readonly searched: readonly string[]
  readonly programs: readonly Program[]
}

export function makePeers(names: readonly PeerName[], place: Place): { peers: Peer[]; missing: Missing[] } {
  const peers: Peer[] = []
  const missing: Missing[] = []
  for (const name of names) {
    const made = MAKERS[name](name, place)
    if (typeof made === 'string') missing.push({ name, reason: made })
    else peers.push(made)
  }
  return { peers, missing }
}

/** A peer, or why there is none. */
type Maker = (name: PeerName, place: Place) => Peer | string

const MAKERS: Readonly<Record<PeerName, Maker>> = {
  tsmpi: (name, place) => tsmpi(name, place, []),
  'tsmpi-zmq': (name, place) => tsmpi(name, place, ['--transport', 'zmq']),
  openmpi: c,
  mpich: c,
  mpi4py,
}

function tsmpi(name: PeerName, { root }: Place, options: readonly string[]): Peer | string {
  const tsrun = [process.execPath, join(root, 'bin/tsrun.js')]
  const help = spawnSync(tsrun[0]!, [tsrun[1]!, '--help'], { encoding: 'utf8' })
  if (help.status !== 0) return `tsrun does not start: ${help.stderr.trim()}`
  if (options[0] !== undefined && !help.stdout.includes(options[0])) return `this tsrun has no ${options[0]}`
  return {
    name,
    language: 'ts',
    version: `Node ${process.versions.node}`,
    command: (program, ranks, words) => [
      ...tsrun,
      '-n',
      String(ranks),
      ...options,
      join(root, `bench/programs/ts/${program}.ts`),
      ...words,
    ],
  }
}

function c(name: PeerName, { root, folder, searched, programs }: Place): Peer | string {
  const mpi = findMpi(name as MpiKind, searched)
  if (!mpi) return 'no mpicc and mpirun of it found'
  const compiled = compile(mpi, join(root, 'bench/programs/c'), folder, programs)
  if (typeof compiled === 'string') return compiled
  return {
    name,
    language: 'c',
    version: mpi.version,
    command: (program, ranks, words) => [...mpirun(mpi, ranks), compiled.get(program)!, ...words],
  }
}

function mpi4py(name: PeerName, { root, searched }: Place): Peer | string {
  const found = findMpi4py(searched)
  if (!found) return 'no python3 that can import mpi4py'
  const mpi = findMpi(found.kind, searched)
  if (!mpi) return `${found.version} is built for ${found.kind}, whose mpirun is not found`
  return {
    name,
    language: 'py',
    version: `${found.version}, ${mpi.version}`,
    command: (program, ranks, words) => [
      ...mpirun(mpi, ranks),
      found.python,
      // A __pycache__ in the checkout would be litter.
      '-B',
      join(root, `bench/programs/py/${program.replaceAll('-', '_')}.py`),
      ...words,
    ],
  }
}

/** Each library with its own defaults, except for what it would refuse to start without. */
export function mpirun(mpi: Mpi, ranks: number, cores = availableParallelism()): string[] {
  const words = [mpi.mpirun]
  if (mpi.kind === 'openmpi') {
    if (process.getuid?.() === 0) words.push('--allow-run-as-root')
    if (ranks > cores) words.push('--oversubscribe')
  }
  return [...words, '-n', String(ranks)]
}
