/**
 * From options to jobs: one job is one benchmark on one number of ranks, for every peer in turn. Pure.
 *
 * A job for each benchmark, as each of OSU's is a program: in one that had run seven collectives one after the other
 * V8 would look up at every step what it knows beforehand where there is one.
 */

import { BENCHMARKS, type Benchmark, divisible, type Program } from './benchmarks.ts'
import type { Options } from './options.ts'
import type { Peer } from './peers.ts'

export interface Job {
  readonly program: Program
  readonly ranks: number
  /** `name=size,size,…` for the program. */
  readonly words: readonly string[]
  readonly languages: readonly Peer['language'][]
  readonly once: boolean
}

export function planJobs(options: Options): Job[] {
  return Object.entries(BENCHMARKS)
    .filter(([name]) => !options.only || options.only.includes(name))
    .flatMap(([name, benchmark]) => {
      const { program, languages, once = false } = benchmark
      return ranksOf(name, benchmark, options).map((ranks) => {
        const words = [`${name}=${sizesOf(name, benchmark, ranks, options).join(',')}`]
        return { program, ranks, words, languages, once }
      })
    })
}

/** What is defined between two ranks stays there; the others go with any number, the rate with pairs. */
function ranksOf(name: string, { ranks }: Benchmark, options: Options): readonly number[] {
  if (!options.ranks) return ranks
  if (ranks.length === 1) return ranks.filter((n) => options.ranks!.includes(n))
  return options.ranks.filter((n) => name !== 'rate' || n % 2 === 0)
}

/** Sizes of the command line are for benchmarks whose rows are sizes. */
function sizesOf(name: string, benchmark: Benchmark, ranks: number, options: Options): readonly number[] {
  const own = options.quick ? benchmark.quickSizes(ranks) : benchmark.sizes(ranks)
  const fixed = benchmark.row !== undefined || own.every((size) => size === 0)
  const sizes = fixed ? own : (options.sizes ?? own)
  return [...new Set(sizes.map((size) => divisible(name, ranks, size)))]
}
