/** Who takes part, and how each is started. */

import type { Language, Program } from './benchmarks.ts'

export const PEER_NAMES = ['tsmpi', 'tsmpi-zmq', 'openmpi', 'mpich', 'mpi4py'] as const
export type PeerName = (typeof PEER_NAMES)[number]

export const PEER_TITLES: Readonly<Record<PeerName, string>> = {
  tsmpi: 'tsmpi',
  'tsmpi-zmq': 'tsmpi over ZeroMQ',
  openmpi: 'C, Open MPI',
  mpich: 'C, MPICH',
  mpi4py: 'mpi4py',
}

export interface Peer {
  readonly name: string
  /** `js`: ZeroMQ itself, which takes part in few benchmarks. */
  readonly language: Language | 'js'
  /** Such as "Open MPI 4.1.4". */
  readonly version: string
  /** The command that starts a program on so many ranks. */
  command(program: Program, ranks: number, words: readonly string[]): string[]
}

/** A peer that was asked for and is not here. */
export interface Missing {
  readonly name: string
  readonly reason: string
}
