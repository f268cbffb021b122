/** The benchmark suite: plan, peers, repetitions in turn, tables, JSON. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { searchFolders } from './find-peers.ts'
import { describeMachine } from './machine.ts'
import { makePeers } from './make-peers.ts'
import { Measurements } from './measurements.ts'
import { HELP, INSTALL_HINT, type Options, parseOptions, UsageError } from './options.ts'
import type { Peer } from './peers.ts'
import { type Job, planJobs } from './plan.ts'
import { endAll, RunError, runOne } from './run-one.ts'
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
  const jobs = planJobs(options)
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
    if (missing.some(({ name }) => name !== 'tsmpi-zmq')) say(`to install the peers: ${INSTALL_HINT}`)

    const measurements = new Measurements()
    const failures = await repeat(options, jobs, peers, measurements)

    const names = peers.map((peer) => peer.name)
    process.stdout.write(`${tables(measurements, names)}\n`)
    const result = {
      machine: describeMachine(root),
      options,
      peers: peers.map(({ name, version }) => ({ name, version })),
      missing,
      failures,
      figures: measurements.figures,
    }
    const out = options.out ?? join(root, 'bench/results')
    mkdirSync(out, { recursive: true })
    const file = join(out, `${result.machine.date.replaceAll(/[:.]/g, '-')}.json`)
    writeFileSync(file, `${JSON.stringify(result)}\n`)
    say(`all figures: ${file}`)
    for (const failure of failures) say(`FAILED: ${failure}`)
    return failures.length === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A job that a peer has failed is not tried again. */
async function repeat(
  options: Options,
  jobs: readonly Job[],
  peers: readonly Peer[],
  measurements: Measurements,
): Promise<string[]> {
  const failures: string[] = []
  const given = new Set<string>()
  const startedAt = performance.now()
  for (let repetition = 0; repetition < options.repeats; repetition++) {
    for (const job of jobs) {
      if (job.once && repetition > 0) continue
      // Another one begins each time, or the same peer would always run behind the same one.
      for (let i = 0; i < peers.length; i++) {
        const peer = peers[(i + repetition) % peers.length]!
        const what = `${peer.name}: ${job.program} on ${job.ranks} ranks`
        if (!job.languages.includes(peer.language) || given.has(what)) continue
        const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
        say(`[${minutes} min] ${repetition + 1}/${options.repeats} ${what}`)
        try {
          const command = peer.command(job.program, job.ranks, [String(options.budgetMs), ...job.words])
          const { lines } = await runOne(command, job.ranks, 180_000)
          measurements.add(peer.name, repetition, lines)
        } catch (error) {
          if (!(error instanceof RunError)) throw error
          given.add(what)
          failures.push(`${what} ${error.message}`)
          say(`FAILED: ${what} ${error.message}`)
        }
      }
    }
  }
  return failures
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
