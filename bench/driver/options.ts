/** The command line of `npm run bench`. Pure. */

import { parseArgs } from 'node:util'
import { BENCHMARKS } from './benchmarks.ts'
import { PEER_NAMES, type PeerName } from './peers.ts'

export interface Options {
  readonly quick: boolean
  /** Names of benchmarks, null for all. */
  readonly only: readonly string[] | null
  readonly ranks: readonly number[] | null
  readonly sizes: readonly number[] | null
  readonly repeats: number
  readonly budgetMs: number
  readonly peers: readonly PeerName[]
  readonly out: string | null
  readonly reference: boolean
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'install-hint' }
  | { readonly kind: 'run'; readonly options: Options }

export class UsageError extends Error {}

export const INSTALL_HINT =
  'apt-get install openmpi-bin libopenmpi-dev mpich libmpich-dev python3-mpi4py python3-numpy'

const DEFAULT_PEERS: readonly PeerName[] = ['tsmpi', 'openmpi', 'mpich', 'mpi4py']

export const HELP = `npm run bench -- [options]

Measures tsmpi, and in the same run a C program over Open MPI and over MPICH and a Python program over
mpi4py, those of them that are installed. One repetition of each in turn, so that a slow minute of the
machine hits all alike; the tables show the median of the repetitions and the quartiles.

  --quick            3 repetitions, fewer sizes, shorter: about 3 minutes instead of 15
  --only A,B         only these benchmarks:
                     ${wrapped(Object.keys(BENCHMARKS), 80, '                     ')}
  --ranks 2,4        only these numbers of ranks (default 2, 4 and 8; start-up 1, 4 and 16)
  --sizes 8,65536    only these message sizes, in bytes
  --repeats N        repetitions (default 7; with --quick 3)
  --budget MS        time for one size of one benchmark, in ms (default 60; with --quick 30)
  --peers A,B        who takes part: ${PEER_NAMES.join(', ')}
                     (default ${DEFAULT_PEERS.join(', ')}; tsmpi-zmq is tsrun --transport zmq)
  --out DIR          where JSON, tables and plot go (default bench/results)
  --reference        name them reference.json, .txt and latency-bandwidth.svg:
                     the committed result
  --install-hint     print the command that installs the peers on Debian and Ubuntu
  --help             this text

Examples
  npm run bench                                      everything; keep the machine idle meanwhile
  npm run bench -- --quick --peers tsmpi             a quick look at tsmpi alone
  npm run bench -- --only latency,bw --repeats 3     and the plot of both
  npm run bench -- --only allreduce --ranks 8        8 ranks, whatever the number of cores

Progress is on stderr, tables on stdout. Every program checks the data it receives; wrong data, or a program
that fails, makes the exit code 1. docs/benchmarks.md tells what exactly is measured.
`

/** Reads the words behind `npm run bench --`. */
export function parseOptions(words: readonly string[]): Command {
  let values: Record<string, string | boolean | undefined>
  try {
    values = parseArgs({
      args: [...words],
      options: {
        help: { type: 'boolean', short: 'h' },
        'install-hint': { type: 'boolean' },
        quick: { type: 'boolean' },
        reference: { type: 'boolean' },
        only: { type: 'string' },
        ranks: { type: 'string' },
        sizes: { type: 'string' },
        repeats: { type: 'string' },
        budget: { type: 'string' },
        peers: { type: 'string' },
        out: { type: 'string' },
      },
    }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; --help explains the options`)
  }
  if (values.help) return { kind: 'help' }
  if (values['install-hint']) return { kind: 'install-hint' }
  const text = (name: string): string | null => (values[name] as string | undefined) ?? null
  const quick = values.quick === true
  return {
    kind: 'run',
    options: {
      quick,
      only: names('only', text('only'), Object.keys(BENCHMARKS)),
      ranks: numbers('ranks', text('ranks'), 1),
      sizes: numbers('sizes', text('sizes'), 1),
      repeats: numbers('repeats', text('repeats'), 1)?.[0] ?? (quick ? 3 : 7),
      budgetMs: numbers('budget', text('budget'), 1)?.[0] ?? (quick ? 30 : 60),
      peers: names('peers', text('peers'), PEER_NAMES) ?? DEFAULT_PEERS,
      out: text('out'),
      reference: values.reference === true,
    },
  }
}

function names<T extends string>(option: string, given: string | null, known: readonly T[]): T[] | null {
  if (given === null) return null
  const list = given.split(',').map((name) => name.trim())
  for (const name of list) {
    if (!(known as readonly string[]).includes(name)) {
      throw new UsageError(`--${option} ${given}: no "${name}"; known: ${known.join(', ')}`)
    }
  }
  return list as T[]
}

function numbers(option: string, given: string | null, least: number): number[] | null {
  if (given === null) return null
  return given.split(',').map((word) => {
    const value = Number(word)
    if (!Number.isInteger(value) || value < least || word.trim() === '') {
      throw new UsageError(`--${option} ${given}: "${word}" is not a whole number of at least ${least}`)
    }
    return value
  })
}

function wrapped(list: readonly string[], width: number, indent: string): string {
  const lines: string[] = []
  for (const word of list) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length + 2 <= width) lines.push(`${lines.pop()}, ${word}`)
    else lines.push(word)
  }
  return lines.join(`,\n${indent}`)
}
