/** What tsmpi wants to reach, as ratios to the peers measured in the same run. */

import { BENCHMARKS } from './benchmarks.ts'
import type { PeerName } from './peers.ts'

export interface Point {
  readonly bench: string
  readonly ranks: number
  readonly bytes: number
}

/** "At most `factor` times the peer's time", or "at least `factor` times its bandwidth". */
export interface Target {
  readonly peer: PeerName
  readonly factor: number
}

export interface Goal {
  readonly measure: string
  readonly points: readonly Point[]
  readonly least: Target
  readonly aim: Target
}

const KIB = 1024
const MIB = 1024 * KIB

const points = (bench: string, ranks: number, ...sizes: number[]): Point[] =>
  sizes.map((bytes) => ({ bench, ranks, bytes }))

const mpi4py = (factor: number): Target => ({ peer: 'mpi4py', factor })
const openmpi = (factor: number): Target => ({ peer: 'openmpi', factor })

const OTHER_COLLECTIVES = Object.entries(BENCHMARKS)
  .filter(([name, { program }]) => program === 'collectives' && name !== 'allreduce')
  .map(([name]) => name)

/** Two ranks unless said otherwise. */
export const GOALS: readonly Goal[] = [
  { measure: '8 B, one way', points: points('latency', 2, 8), least: mpi4py(0.7), aim: openmpi(1) },
  {
    measure: 'bandwidth 64 KiB to 4 MiB',
    points: points('bw', 2, 64 * KIB, 256 * KIB, MIB, 4 * MIB),
    least: mpi4py(1),
    aim: openmpi(1),
  },
  { measure: 'message rate, 8 B', points: points('rate', 2, 8), least: mpi4py(1.5), aim: openmpi(1) },
  { measure: 'small record', points: points('objects', 2, 0), least: mpi4py(1), aim: mpi4py(0.5) },
  { measure: 'dict of 100 keys', points: points('objects', 2, 1), least: mpi4py(1), aim: mpi4py(0.5) },
  { measure: 'list of 1e5 ints', points: points('objects', 2, 2), least: mpi4py(1), aim: mpi4py(0.5) },
  {
    measure: 'allreduce, 1 double',
    points: points('allreduce', 2, 8),
    least: mpi4py(1),
    aim: openmpi(1),
  },
  {
    measure: 'allreduce, 1 Mi doubles',
    points: points('allreduce', 2, 8 * MIB),
    least: mpi4py(1),
    aim: openmpi(1),
  },
  ...OTHER_COLLECTIVES.map((name) => ({
    measure: name === 'barrier' ? name : `${name}, 8 B, 64 KiB, 4 MiB`,
    points:
      name === 'barrier'
        ? points(name, 2, 0)
        : points(name, 2, name === 'reduce_scatter' ? 16 : 8, 64 * KIB, 4 * MIB),
    least: mpi4py(1),
    aim: openmpi(1),
  })),
  { measure: 'barrier, 8 ranks', points: points('barrier', 8, 0), least: openmpi(1), aim: openmpi(0.5) },
  {
    measure: 'allreduce 8 B, 8 ranks',
    points: points('allreduce', 8, 8),
    least: openmpi(1),
    aim: openmpi(0.5),
  },
  {
    measure: 'hello on 16 ranks',
    points: points('startup', 16, 0),
    least: mpi4py(1),
    aim: mpi4py(0.5),
  },
]

/** Of one core, for a rank that waits. */
export const IDLE_PERCENT_MAX = 1
