/**
 * `npm run bench:hosts`: messages and sums between two hosts, which are namespaces of this machine with a cable
 * between them. tsmpi, with and without encryption, beside ZeroMQ itself and C over Open MPI's TCP, in turn in one run.
 */

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { missingForHosts } from '../../test/hosts/world/needs.ts'
import { makeHosts, type World } from '../../test/hosts/world/world.ts'
import { BENCHMARKS } from './benchmarks.ts'
import { compile } from './compile.ts'
import { findMpi, searchFolders } from './find-peers.ts'
import { describeMachine } from './machine.ts'
import { Measurements } from './measurements.ts'
import type { Missing, Peer } from './peers.ts'
import type { Job } from './plan.ts'
import { repeat } from './repeat.ts'
import { writeResults } from './results.ts'
import { endAll } from './run-one.ts'
import { say } from './say.ts'
import { align, formatBytes, formatNumber, tables } from './table.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** Two ranks are one on each host, eight are four on each. */
const JOBS: readonly Job[] = [
  {
    program: 'point-to-point',
    ranks: 2,
    words: ['latency=8', `bw=${64 * KIB},${MIB}`],
    languages: ['ts', 'c', 'js'],
    once: false,
  },
  { program: 'collectives', ranks: 8, words: [`allreduce=8,${MIB}`], languages: ['ts', 'c'], once: false },
]

interface Goal {
  readonly peer: string
  readonly other: string
  readonly bench: string
  readonly ranks: number
  readonly bytes: number
  readonly factor: number
}

/** At most `factor` times the other's time, or at least `factor` times its bandwidth. */
const GOALS: readonly Goal[] = [
  { peer: 'tsmpi', other: 'zeromq', bench: 'latency', ranks: 2, bytes: 8, factor: 1.15 },
  { peer: 'tsmpi-plain', other: 'zeromq', bench: 'latency', ranks: 2, bytes: 8, factor: 1.15 },
  { peer: 'tsmpi-plain', other: 'openmpi', bench: 'bw', ranks: 2, bytes: MIB, factor: 1 },
  ...[8, MIB].flatMap((bytes) =>
    ['tsmpi', 'tsmpi-plain'].map((peer) => ({
      peer,
      other: 'openmpi',
      bench: 'allreduce',
      ranks: 8,
      bytes,
      factor: 1,
    })),
  ),
]

const HELP = `npm run bench:hosts -- [options]

Measures tsmpi between two hosts, which are namespaces of this machine: wants Linux, root, ssh and sshd.

  --repeats N   repetitions (default 7)
  --budget MS   time for one size of one benchmark, in ms (default 200)
  --out DIR     where JSON and tables go (default bench/results)
  --reference   name them hosts.json and hosts.txt: the committed result
`

/** Gives the exit code. */
export async function main(words: readonly string[], root: string): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      help: { type: 'boolean', short: 'h' },
      repeats: { type: 'string', default: '7' },
      budget: { type: 'string', default: '200' },
      out: { type: 'string', default: join(root, 'bench/results') },
      reference: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const missing = missingForHosts()
  if (missing.length > 0) {
    say(`bench:hosts needs what this machine has not: ${missing.join(', ')}`)
    return 2
  }
  const machine = describeMachine(root)
  const options = {
    repeats: Number(values.repeats),
    budgetMs: Number(values.budget),
    reference: values.reference,
  }
  const world = await makeHosts(2)
  const stop = (signal: NodeJS.Signals): void => {
    endAll('SIGTERM')
    world.close().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143))
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    const made = makePeers(world, root)
    const peers = made.filter((peer): peer is Peer => 'command' in peer)
    const left = made.filter((peer): peer is Missing => 'reason' in peer)
    for (const { name, version } of peers) say(`${name}: ${version}`)
    for (const { name, reason } of left) say(`left out: ${name} (${reason})`)
    const measurements = new Measurements()
    const failures = await repeat(options, JOBS, peers, measurements)
    const text = textOf(machine, peers, measurements, options.repeats)
    process.stdout.write(text)
    const run = { machine, options, peers, missing: left, failures, measurements }
    for (const file of writeResults(run, values.out, text, null, 'hosts')) say(`written: ${file}`)
    for (const failure of failures) say(`FAILED: ${failure}`)
    return failures.length === 0 ? 0 : 1
  } finally {
    await world.close()
  }
}

function textOf(
  machine: ReturnType<typeof describeMachine>,
  peers: readonly Peer[],
  measurements: Measurements,
  repeats: number,
): string {
  const what = `tsmpi ${machine.tsmpi}${machine.commit ? ` (${machine.commit})` : ''}`
  const where = `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}`
  const names = peers.map(({ name }) => name)
  const head = [
    `${what} on ${where}, ${machine.date.slice(0, 10)}; load before ${machine.loadBefore}; medians [quartiles] of ${repeats} repetitions in turn`,
    'Two hosts are two network namespaces joined by veth pairs and a bridge.',
    ...peers.map(({ name, version }) => `${name}: ${version}`),
  ].join('\n')
  const parts = [
    head,
    tables(measurements, names),
    tables(measurements, names, 'tsmpi-plain'),
    goalTable(measurements),
  ]
  return `${parts.join('\n\n')}\n`
}

function goalTable(measurements: Measurements): string {
  const rows = GOALS.map(({ peer, other, bench, ranks, bytes, factor }) => {
    const more = BENCHMARKS[bench]!.better === 'more'
    const ratio = measurements.ratio(peer, other, bench, ranks, bytes)
    const met = ratio !== null && (more ? ratio >= factor : ratio <= factor)
    return [
      `${peer}: ${bench} ${formatBytes(bytes)}, ${ranks} ranks`,
      ratio === null ? 'not measured' : `${formatNumber(ratio)}x ${other}`,
      `wants ${more ? '>=' : '<='} ${factor}x`,
      ratio === null ? '' : met ? 'yes' : 'NO',
    ]
  })
  return `Goals\n${align([['measure', 'found', '', ''], ...rows], 'left')}`
}

function makePeers(world: World, root: string): (Peer | Missing)[] {
  const enter = world.front.enter(world.folder)
  const tsmpi = (name: string, options: readonly string[]): Peer => ({
    name,
    language: 'ts',
    version: `Node ${process.versions.node}, ${name === 'tsmpi' ? 'CURVE' : 'not encrypted'}`,
    command: (program, ranks, words) => [
      ...enter,
      process.execPath,
      join(root, 'bin/tsrun.js'),
      ...['-n', String(ranks), '-H', `h1:${ranks / 2},h2:${ranks / 2}`, '--rsh', world.rsh],
      ...options,
      join(root, `bench/programs/ts/${program}.ts`),
      ...words,
    ],
  })
  const zeromq: Peer = {
    name: 'zeromq',
    language: 'js',
    version: 'zeromq.js alone, DEALER and ROUTER, not encrypted',
    command: (_program, _ranks, words) => [
      ...[...enter, process.execPath, join(root, 'bench/programs/js/zeromq.mjs'), 'pair', 'h1', 'h2'],
      ...[...world.rsh.split(' '), '--', ...words],
    ],
  }
  return [tsmpi('tsmpi', []), tsmpi('tsmpi-plain', ['--plain']), zeromq, openmpi(world, root, enter)]
}

/**
 * With its defaults but for the network, which is the only one here. Both hosts share this machine's cores, so each
 * is said to have half of them: with more ranks than that Open MPI gives its core away while it waits.
 */
function openmpi(world: World, root: string, enter: readonly string[]): Peer | Missing {
  const name = 'openmpi'
  const mpi = findMpi(name, searchFolders(process.env.PATH))
  if (!mpi) return { name, reason: 'no mpicc and mpirun of it found' }
  const sources = join(root, 'bench/programs/c')
  const compiled = compile(mpi, sources, world.folder, [...new Set(JOBS.map(({ program }) => program))])
  if (typeof compiled === 'string') return { name, reason: compiled }
  const cores = Math.max(1, Math.floor(describeMachine(root).cores / 2))
  return {
    name,
    language: 'c',
    version: `${mpi.version}, TCP between hosts`,
    command: (program, ranks, words) => [
      ...[...enter, mpi.mpirun, '--allow-run-as-root', '-H', `h1:${cores},h2:${cores}`],
      ...(ranks / 2 > cores ? ['--oversubscribe'] : []),
      ...['--mca', 'plm_rsh_agent', world.rsh, '--mca', 'plm_rsh_no_tree_spawn', '1'],
      ...['--mca', 'oob_tcp_if_include', 'eth0', '--mca', 'btl_tcp_if_include', 'eth0'],
      ...['-n', String(ranks), compiled.get(program)!, ...words],
    ],
  }
}
