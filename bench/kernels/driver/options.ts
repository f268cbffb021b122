/** The command line of `npm run bench:kernels`. Pure. */

import { parseArgs } from 'node:util'
import { INSTALL_HINT, UsageError } from '../../driver/options.ts'
import { KERNELS } from './kernels.ts'

export const KERNEL_PEERS = ['tsmpi', 'openmpi', 'mpich', 'mpi4py'] as const
export type KernelPeer = (typeof KERNEL_PEERS)[number]

export interface KernelOptions {
  readonly quick: boolean
  readonly only: readonly string[] | null
  readonly ranks: readonly number[]
  readonly repeats: number
  readonly peers: readonly KernelPeer[]
  readonly out: string | null
  readonly reference: boolean
}

export const HELP = `npm run bench:kernels -- [options]

Runs scientific kernels in tsmpi, in C over Open MPI and in Python over mpi4py and numpy, with the same parameters,
one of each in turn. Each checks its own answer. The tables show seconds, and the ratio of tsmpi's to each other's
within a repetition: its median and quartiles.

  --quick            3 repetitions, small parameters
  --only A,B         only these: ${Object.keys(KERNELS).join(', ')}
  --ranks 1,2        numbers of ranks (default 1 and 2)
  --repeats N        repetitions (default 5; with --quick 3)
  --peers A,B        who takes part: ${KERNEL_PEERS.join(', ')} (default all but mpich)
  --out DIR          where JSON, tables and plot go (default bench/results)
  --reference        name them kernels.json, .txt and .svg: the committed result
  --help             this text

Missing peers are told and left out: ${INSTALL_HINT}
`

/** Null: help is wanted. */
export function parseKernelOptions(words: readonly string[]): KernelOptions | null {
  let values: Record<string, string | boolean | undefined>
  try {
    values = parseArgs({
      args: [...words],
      options: {
        help: { type: 'boolean', short: 'h' },
        quick: { type: 'boolean' },
        reference: { type: 'boolean' },
        only: { type: 'string' },
        ranks: { type: 'string' },
        repeats: { type: 'string' },
        peers: { type: 'string' },
        out: { type: 'string' },
      },
    }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; --help explains the options`)
  }
  if (values.help) return null
  const text = (name: string): string | null => (values[name] as string | undefined) ?? null
  const quick = values.quick === true
  return {
    quick,
    only: names('only', text('only'), Object.keys(KERNELS)),
    ranks: numbers('ranks', text('ranks')) ?? [1, 2],
    repeats: numbers('repeats', text('repeats'))?.[0] ?? (quick ? 3 : 5),
    peers: names('peers', text('peers'), KERNEL_PEERS) ?? ['tsmpi', 'openmpi', 'mpi4py'],
    out: text('out'),
    reference: values.reference === true,
  }
}

function names<T extends string>(option: string, given: string | null, known: readonly T[]): T[] | null {
  if (given === null) return null
  return given.split(',').map((name) => {
    if ((known as readonly string[]).includes(name)) return name as T
    throw new UsageError(`--${option} ${given}: no "${name}"; known: ${known.join(', ')}`)
  })
}

function numbers(option: string, given: string | null): number[] | null {
  if (given === null) return null
  return given.split(',').map((word) => {
    if (/^[1-9]\d*$/.test(word)) return Number(word)
    throw new UsageError(`--${option} ${given}: "${word}" is not a whole number of at least 1`)
  })
}
