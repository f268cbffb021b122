/** What the TypeScript programs share: arguments, warm-up, test patterns, output. Twins: ../c/bench.h and ../py/bench.py. */

import { performance } from 'node:perf_hooks'
import { MAX, world } from 'tsmpi'

const { rank, size } = world

/** One thing to measure at one size. */
export interface Bench {
  /** Makes n calls and gives the seconds that they took on this rank. */
  run(n: number): Promise<number>
  /** Empties what is received into, so that old data cannot pass for new. */
  clear(): void
  /** Is the data what it has to be? */
  check(): boolean
}

export interface Measured {
  /** Per call, on this rank. */
  readonly seconds: number
  readonly iterations: number
}

/** Bytes that differ from rank to rank and from place to place. */
export function fillBytes(data: Uint8Array, seed: number): Uint8Array {
  for (let i = 0; i < data.length; i++) data[i] = ((seed * 31 + i) % 251) + 1
  return data
}

export function hasBytes(data: Uint8Array, seed: number): boolean {
  for (let i = 0; i < data.length; i++) if (data[i] !== ((seed * 31 + i) % 251) + 1) return false
  return true
}

/** Small integers in doubles, which add up exactly: `factor` times the place, and `offset`. */
export function fillDoubles(data: Float64Array, factor: number, offset: number): Float64Array {
  for (let i = 0; i < data.length; i++) data[i] = factor * ((i % 17) + 1) + offset
  return data
}

export function hasDoubles(data: Float64Array, factor: number, offset: number, first = 0): boolean {
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== factor * (((first + i) % 17) + 1) + offset) return false
  }
  return true
}

/**
 * Warms up with 1, 2, 4, … calls until the shorter time is over and two rounds have been equally fast, or until the
 * longer one is over. Tells how many calls fill the budget. Rank 0 decides for all, by the better of the last two
 * rounds: one alone may have been disturbed.
 */
async function calibrate(run: Bench['run'], warmUp: number, budget: number): Promise<number> {
  let total = 0
  let previous = Number.POSITIVE_INFINITY
  for (let n = 1; ; n *= 2) {
    await world.barrier()
    const start = performance.now()
    await run(n)
    const spent = (performance.now() - start) / 1000
    total += spent
    const perCall = Math.min(previous, spent / n)
    const isSteady = spent / n > STEADY * previous
    previous = spent / n
    let iterations = 0
    if ((total >= warmUp && isSteady) || total >= LONGEST_WARM_UP || n >= 1 << 22) {
      iterations = Math.min(Math.max(Math.floor(budget / perCall), 3), 5_000_000)
    }
    // As an integer for V8 too: the code it has compiled for the rounds before would not do for a double.
    iterations = (await world.bcast(iterations)) | 0
    if (iterations > 0) return iterations
  }
}

/**
 * Seconds of warm-up. V8 compiles what runs often, on threads that share the cores with ranks that wait for each
 * other, and recompiles it when it meets a new case: the first size of a benchmark takes a second or two until
 * nothing changes any more. C and Python have nothing to wait for. What the first messages cost is a benchmark of
 * its own (cold.ts).
 */
const WARM_UP = { first: 2, other: 0.3 }
/** So long may it take where a size goes another way than the last one, and V8 compiles again. */
const LONGEST_WARM_UP = 2.5
/** Whoever still gets faster by more than this from one round to the next, which is twice as long, is not done. */
const STEADY = 0.9

export async function measure(
  name: string,
  bytes: number,
  bench: Bench,
  first: boolean,
  budget: number,
): Promise<Measured> {
  const iterations = await calibrate(bench.run, first ? WARM_UP.first : WARM_UP.other, budget)
  bench.clear()
  await world.barrier()
  const seconds = (await bench.run(iterations)) / iterations
  if (!bench.check()) throw new Error(`${name} of ${bytes} bytes: wrong data`)
  return { seconds, iterations }
}

/** Prints what the driver reads. */
export function printLine(name: string, bytes: number, value: number, max: number, iterations: number): void {
  if (rank === 0) console.log(JSON.stringify({ bench: name, ranks: size, bytes, value, max, iterations }))
}

/** Prints the mean over all ranks and the maximum. */
export async function printMean(
  name: string,
  bytes: number,
  value: number,
  iterations: number,
): Promise<void> {
  const sum = await world.allreduce(value)
  const max = await world.allreduce(value, MAX)
  printLine(name, bytes, sum / size, max, iterations)
}

/**
 * Calls `one` for every size of every word `name=size,size,…` of the command line:
 * <program> <budget in ms> latency=1,8,64 bw=8,64
 */
export async function eachSize(
  one: (name: string, bytes: number, first: boolean, budget: number) => Promise<void>,
): Promise<void> {
  const [budgetMs, ...words] = process.argv.slice(2)
  for (const word of words) {
    const [name = '', sizes = ''] = word.split('=')
    let first = true
    for (const bytes of sizes.split(',').map(Number)) {
      await one(name, bytes, first, Number(budgetMs) / 1000)
      first = false
    }
  }
}
