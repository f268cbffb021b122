/** The benchmark suite: plan, peers, repetitions in turn, tables, JSON. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { searchFolders } from './find-peers.ts'
import { describeMachine } from './machine.ts'
import { makePeers } from './make-peers.ts'
import { Measurements } from './measurements.ts'
import { HELP, INSTALL_HINT, type Options, parseOptions, UsageError } from './options.ts'
import { type Job, planJobs } from './plan.ts'
import { plot } from './plot.ts'
import { repeat } from './repeat.ts'
import { type Run, writeResults } from './results.ts'
import { endAll } from './run-one.ts'
import { say } from './say.ts'
import { summaryTable } from './summary.ts'
import { tables } from './table.ts'

/** Runs what the words say; gives the exit code. */
export async function main(words: readonly string[], root: string): Promise<number> {
  try {
    const command = parseOptions(words)
    if (command.kind === 'help') process.stdout.write(HELP)
    else if (command.kind === 'install-hint') process.stdout.write(`${INSTALL_HINT}\n`)
    else return await run(command.options, root)
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`bench: ${error.message}\n`)
    return 2
  }
}

async function run(options: Options, root: string): Promise<number> {
  const jobs = planJobs(options).filter(isPossible)
  if (jobs.length === 0)
    throw new UsageError('nothing to measure: no such benchmark has such ranks; see --help')
  const machine = describeMachine(root)
  const folder = mkdtempSync(join(tmpdir(), 'tsmpi-bench-'))
  const stop = (signal: NodeJS.Signals): void => {
    endAll('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    const programs = [...new Set(jobs.map((job) => job.program))]
    const searched = searchFolders(process.env.PATH)
    const { peers, missing } = makePeers(options.peers, { root, folder, searched, programs })
    for (const peer of peers) say(`${peer.name}: ${peer.version}`)
    for (const { name, reason } of missing) say(`left out: ${name} (${reason})`)
    if (missing.some(({ name }) => !name.startsWith('tsmpi'))) say(`to install the peers: ${INSTALL_HINT}`)
    const broken = missing.find(({ name }) => name === 'tsmpi')
    if (broken || peers.length === 0) throw new UsageError(broken?.reason ?? 'none of these peers is here')

    if (machine.loadBefore > machine.cores / 4) {
      say(
        `the machine is busy (load ${machine.loadBefore} on ${machine.cores} cores): figures will say little`,
      )
    }
    const measurements = new Measurements()
    const failures = await repeat(options, jobs, peers, measurements)
    report({ machine, options, peers, missing, failures, measurements }, root)
    for (const failure of failures) say(`FAILED: ${failure}`)
    return failures.length === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Memory is read where Linux has it. */
function isPossible({ program }: Job): boolean {
  return program !== 'memory' || existsSync('/proc/self/statm')
}

/** Tables to stdout and to a file, the figures and the plot to files. */
function report(run: Run & { readonly options: Options }, root: string): void {
  const { machine, options, measurements } = run
  const names = run.peers.map((peer) => peer.name)
  const versions = run.peers.map((peer) => `${peer.name}: ${peer.version}`).join('\n')
  const where = `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}`
  const what = `tsmpi ${machine.tsmpi}${machine.commit ? ` (${machine.commit})` : ''}`
  const day = machine.date.slice(0, 10)
  const repeats =
    options.repeats === 1 ? 'one repetition' : `medians [quartiles] of ${options.repeats} repetitions in turn`
  const text = [
    `${what} on ${where}, ${day}; ${repeats}\n${versions}`,
    tables(measurements, names),
    summaryTable(measurements),
  ]
    .filter((part) => part)
    .join('\n\n')
  process.stdout.write(`${text}\n`)
  const plotted = options.peers.filter((peer) => names.includes(peer))
  const svg = plot(measurements, plotted, `${where}; Node ${machine.node}; ${what}, ${day}`)
  const folder = options.out ?? join(root, 'bench/results')
  for (const file of writeResults(run, folder, `${text}\n`, svg)) say(`written: ${file}`)
}
