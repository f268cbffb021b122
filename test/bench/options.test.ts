import { describe, expect, it } from 'vitest'
import { BENCHMARKS } from '../../bench/driver/benchmarks.ts'
import { HELP, type Options, parseOptions, UsageError } from '../../bench/driver/options.ts'
import { PEER_NAMES } from '../../bench/driver/peers.ts'

function options(...words: string[]): Options {
  const command = parseOptions(words)
  if (command.kind !== 'run') throw new Error(`found ${command.kind}`)
  return command.options
}

it('runs everything seven times by default, with the peers but not the slow transport', () => {
  expect(options()).toEqual({
    quick: false,
    only: null,
    ranks: null,
    sizes: null,
    repeats: 7,
    budgetMs: 60,
    peers: ['tsmpi', 'openmpi', 'mpich', 'mpi4py'],
    out: null,
    reference: false,
  })
})

it('takes lists and numbers', () => {
  const words =
    '--quick --only latency,bw --ranks 2,4 --sizes 8,65536 --peers tsmpi,tsmpi-zmq --out x --reference'
  expect(options(...words.split(' '))).toEqual({
    quick: true,
    only: ['latency', 'bw'],
    ranks: [2, 4],
    sizes: [8, 65536],
    repeats: 3,
    budgetMs: 30,
    peers: ['tsmpi', 'tsmpi-zmq'],
    out: 'x',
    reference: true,
  })
  expect(options('--quick', '--repeats=5', '--budget', '10')).toMatchObject({ repeats: 5, budgetMs: 10 })
})

describe('refuses', () => {
  it.each([
    [['--only', 'latency,bandwidth'], 'no "bandwidth"; known: latency, bw'],
    [['--peers', 'mvapich'], 'no "mvapich"; known: tsmpi'],
    [['--repeats', '0'], 'not a whole number of at least 1'],
    [['--ranks', '2,'], '"" is not a whole number'],
    [['--sizes', '8k'], '"8k" is not a whole number'],
    [['--fast'], '--fast'],
    [['latency'], 'latency'],
  ])('%j', (words, message) => {
    expect(() => parseOptions(words)).toThrow(UsageError)
    expect(() => parseOptions(words)).toThrow(message)
  })
})

it('knows every benchmark and peer in its help', () => {
  for (const name of [...Object.keys(BENCHMARKS), ...PEER_NAMES]) expect(HELP).toContain(name)
  expect(parseOptions(['--help']).kind).toBe('help')
  expect(parseOptions(['--install-hint']).kind).toBe('install-hint')
})
