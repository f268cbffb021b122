/** What the Parallel Research Kernels have in common: first and last lines, parameters, errors, the clock. */

import { basename } from 'node:path'
import { MAX, world, wtime } from 'tsmpi'

export interface Kernel {
  /** The second line of the output. */
  readonly title: string
  /** The parameters as the originals name them: `<# iterations> <array dimension>`. */
  readonly usage: string
  /** How many of the parameters must be there; the others may be left out. */
  readonly wanted: number
  /** All parameters of a run without any. */
  readonly defaults: readonly number[]
  /** Behind the numbers may come words, which the kernel reads itself: `wordsBehind`. */
  readonly hasWords?: boolean
}

/** Ends the kernel with a line `ERROR: …` and exit code 1. To be thrown on all ranks, or behind the last call on rank 0. */
class KernelError extends Error {}

/** Throws unless `holds`. */
export function check(holds: boolean, message: string): void {
  if (!holds) throw new KernelError(message)
}

/** Prints a line, once. */
export function say(line: string): void {
  if (world.rank === 0) console.log(line)
}

/**
 * Runs a kernel with the whole numbers of the command line: all parameters of `defaults`, or those given with the
 * defaults of what may be left out.
 */
export async function kernel(about: Kernel, run: (...parameters: number[]) => Promise<void>): Promise<void> {
  say('Parallel Research Kernels version 2.17, in TypeScript over tsmpi')
  say(about.title)
  const { wanted, defaults, hasWords } = about
  const words = process.argv.slice(2)
  const numbers = words.slice(0, hasWords ? defaults.length : undefined)
  const given = numbers.map((word) => (/^[+-]?\d+$/.test(word) ? Number(word) : Number.NaN))
  const isCall = words.length === 0 || (given.length >= wanted && given.length <= defaults.length)
  if (!isCall || given.some((value) => !Number.isSafeInteger(value))) {
    say(`Usage: ${basename(process.argv[1] ?? 'kernel')} ${about.usage}`)
    if (words[0] !== '--help') refuse()
    return
  }
  try {
    await run(...given, ...defaults.slice(given.length))
  } catch (error) {
    if (!(error instanceof KernelError)) throw error
    say(`ERROR: ${error.message}`)
    refuse()
  }
}

/** The words behind the first `count` parameters; undefined if the command line is empty. */
export function wordsBehind(count: number): readonly string[] | undefined {
  return process.argv.length > 2 ? process.argv.slice(2 + count) : undefined
}

/** One rank's exit code is the job's; rank 0 is the one whose words must be out before the others are ended. */
function refuse(): void {
  if (world.rank === 0) process.exitCode = 1
}

/** One untimed pass, then `iterations` timed ones. Gives seconds per pass, of the slowest rank. */
export async function timePasses(iterations: number, pass: () => void | Promise<void>): Promise<number> {
  await pass()
  await world.barrier()
  const start = wtime()
  for (let i = 0; i < iterations; i++) await pass()
  return (await world.allreduce(wtime() - start, MAX)) / iterations
}

/** The last line of most kernels; `work` is in millions per second when divided by the time. */
export function sayRate(unit: string, work: number, seconds: number): void {
  say(`Rate (${unit}): ${((1e-6 * work) / seconds).toFixed(6)}  Avg time (s): ${seconds.toFixed(6)}`)
}
