/** `npm run bench:kernels`: every kernel with every peer, again and again, one of each in turn; tables, JSON, plot. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { searchFolders } from '../../driver/find-peers.ts'
import { describeMachine, type Machine } from '../../driver/machine.ts'
import { UsageError } from '../../driver/options.ts'
import { endAll, RunError, runOne } from '../../driver/run-one.ts'
import { say } from '../../driver/say.ts'
import { KERNELS, readSeconds } from './kernels.ts'
import { makeRunner, type Runner } from './make-peers.ts'
import { HELP, type KernelOptions, parseKernelOptions } from './options.ts'
import { plotKernels } from './plot.ts'
import { kernelTables } from './table.ts'
import { Times } from './times.ts'

/** Guards against a hang; the longest run takes a small part of it. */
const TIMEOUT_MS = 300_000

/** Runs what the words say; gives the exit code. */
export async function main(words: readonly string[], root: string): Promise<number> {
  try {
    const options = parseKernelOptions(words)
    if (options) return await run(options, root)
    process.stdout.write(HELP)
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`bench: ${error.message}\n`)
    return 2
  }
}

interface Missing {
  readonly name: string
  readonly reason: string
}

async function run(options: KernelOptions, root: string): Promise<number> {
  const machine = describeMachine(root)
  const folder = mkdtempSync(join(tmpdir(), 'tsmpi-bench-kernels-'))
  const stop = (signal: NodeJS.Signals): void => {
    endAll('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    const kernels = Object.keys(KERNELS).filter((name) => options.only?.includes(name) ?? true)
    const place = { root, folder, searched: searchFolders(process.env.PATH), kernels }
    const runners: Runner[] = []
    const missing: Missing[] = []
    for (const name of options.peers) {
      const made = makeRunner(name, place)
      if (typeof made === 'string') missing.push({ name, reason: made })
      else runners.push(made)
    }
    for (const runner of runners) {
      say(`${runner.name}: ${runner.version}`)
      const without = kernels.filter((kernel) => runner.command(kernel, 1, []) === null)
      if (without.length > 0) {
        missing.push({ name: runner.name, reason: `has no program for ${without.join(', ')}` })
      }
    }
    for (const { name, reason } of missing) say(`left out: ${name} (${reason})`)
    if (runners.length === 0) throw new UsageError('none of these peers is here')
    if (machine.loadBefore > machine.cores / 4) {
      say(
        `the machine is busy (load ${machine.loadBefore} on ${machine.cores} cores): figures will say little`,
      )
    }
    const times = new Times()
    const failures = await measure(options, kernels, runners, times)
    report({ machine, options, runners, missing, failures, times }, root)
    for (const failure of failures) say(`FAILED: ${failure}`)
    return failures.length === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A kernel that a peer has failed is not tried again. */
async function measure(
  options: KernelOptions,
  kernels: readonly string[],
  runners: readonly Runner[],
  times: Times,
): Promise<string[]> {
  const failures: string[] = []
  const given = new Set<string>()
  for (let repetition = 0; repetition < options.repeats; repetition++) {
    for (const name of kernels) {
      const kernel = KERNELS[name]!
      const words = options.quick ? kernel.quickWords : kernel.words
      for (const ranks of options.ranks.filter(kernel.takes)) {
        // Another one begins each time, or the same peer would always run behind the same one.
        for (let i = 0; i < runners.length; i++) {
          const runner = runners[(i + repetition) % runners.length]!
          const command = runner.command(name, ranks, words)
          const what = `${runner.name}: ${name} ${words.join(' ')} on ${ranks} ranks`
          if (command === null || given.has(what)) continue
          say(`${repetition + 1}/${options.repeats} ${what}`)
          try {
            const { stdout } = await runOne(command, ranks, TIMEOUT_MS)
            const seconds = readSeconds(kernel, words, stdout)
            if (typeof seconds === 'string') throw new RunError(`${seconds}:\n${stdout}`)
            times.add({ kernel: name, ranks, peer: runner.name, repetition, seconds })
          } catch (error) {
            if (!(error instanceof RunError)) throw error
            given.add(what)
            failures.push(`${what} ${error.message}`)
            say(`FAILED: ${what} ${error.message}`)
          }
        }
      }
    }
  }
  return failures
}

interface Results {
  readonly machine: Machine
  readonly options: KernelOptions
  readonly runners: readonly Runner[]
  readonly missing: readonly Missing[]
  readonly failures: readonly string[]
  readonly times: Times
}

/** Tables to stdout and to a file, the figures and the plot to files. */
function report({ machine, options, runners, missing, failures, times }: Results, root: string): void {
  const day = machine.date.slice(0, 10)
  const where = `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}`
  const what = `tsmpi ${machine.tsmpi}${machine.commit ? ` (${machine.commit})` : ''}`
  const repeats = `medians [quartiles] of ${options.repeats} repetitions in turn`
  const titleOf = (name: string): string => {
    const { title, words, quickWords } = KERNELS[name]!
    return options.quick
      ? title.replace(
          words.filter((word) => !word.startsWith('-')).join(' '),
          quickWords.filter((word) => !word.startsWith('-')).join(' '),
        )
      : title
  }
  const names = options.peers.filter((peer) => runners.some(({ name }) => name === peer))
  const text = [
    `${what} on ${where}, ${day}; ${repeats}`,
    ...runners.map(({ name, version }) => `${name}: ${version}`),
    ...missing.map(({ name, reason }) => `left out: ${name} (${reason})`),
    '',
    kernelTables(times, names, titleOf),
    '',
  ].join('\n')
  process.stdout.write(text)
  const svg = plotKernels(times, `${where}; Node ${machine.node}; ${what}, ${day}`)
  const peers = runners.map(({ name, version }) => ({ name, version }))
  const json = toJson({ machine, options, peers, missing, failures }, times)

  const folder = options.out ?? join(root, 'bench/results')
  const name = options.reference ? 'kernels' : `kernels-${machine.date.slice(0, 19).replaceAll(':', '-')}`
  mkdirSync(folder, { recursive: true })
  for (const [ending, content] of [
    ['json', json],
    ['txt', text],
    ['svg', svg],
  ] as const) {
    if (content === null) continue
    const file = join(folder, `${name}.${ending}`)
    writeFileSync(file, content)
    say(`written: ${file}`)
  }
}

/** One line for each kernel, number of ranks and peer, so that two results can be compared with diff. */
function toJson(head: object, times: Times): string {
  const lines = times.cases.flatMap(({ kernel, ranks }) =>
    [...new Set(times.all.map(({ peer }) => peer))].flatMap((peer) => {
      const seconds = times.seconds(kernel, ranks, peer)
      return seconds.length > 0 ? [JSON.stringify({ kernel, ranks, peer, seconds })] : []
    }),
  )
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "series": [\n    ${lines.join(',\n    ')}\n  ]\n}\n`
}
