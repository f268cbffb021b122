/** From options to jobs: one job is one start of one program on one number of ranks, for every peer in turn. Pure. */

import { BENCHMARKS, type Benchmark, type Language, type Program, smallest } from './benchmarks.ts'
import type { Options } from './options.ts'

export interface Job {
  readonly program: Program
  readonly ranks: number
  /** `name=size,size,…` for the program. */
  readonly words: readonly string[]
  readonly languages: readonly Language[]
  readonly once: boolean
}

export function planJobs(options: Options): Job[] {
  const jobs = new Map<string, Job>()
  for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
    if (options.only && !options.only.includes(name)) continue
    for (const ranks of ranksOf(benchmark, options)) {
      const { program, languages, once = false } = benchmark
      const word = `${name}=${sizesOf(name, benchmark, ranks, options).join(',')}`
      const key = `${program} ${ranks}`
      const words = [...(jobs.get(key)?.words ?? []), word]
      jobs.set(key, { program, ranks, words, languages, once })
    }
  }
  return [...jobs.values()]
}

function ranksOf({ ranks }: Benchmark, options: Options): readonly number[] {
  return options.ranks ? ranks.filter((n) => options.ranks!.includes(n)) : ranks
}

function sizesOf(name: string, benchmark: Benchmark, ranks: number, options: Options): readonly number[] {
  const own = options.quick ? benchmark.quickSizes(ranks) : benchmark.sizes(ranks)
  const fixed = benchmark.rows !== undefined || own.every((size) => size === 0)
  const sizes = fixed ? own : (options.sizes ?? own)
  return [...new Set(sizes.map((size) => Math.max(size, smallest(name, ranks))))]
}
