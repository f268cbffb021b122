import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { BENCHMARKS } from '../../bench/driver/benchmarks.ts'
import { parseOptions } from '../../bench/driver/options.ts'
import { type Job, planJobs } from '../../bench/driver/plan.ts'

const programs = fileURLToPath(new URL('../../bench/programs', import.meta.url))

function jobs(...words: string[]): Job[] {
  const command = parseOptions(words)
  if (command.kind !== 'run') throw new Error(`found ${command.kind}`)
  return planJobs(command.options)
}

const words = (...given: string[]): string[] =>
  jobs(...given).map((job) => `${job.program} ${job.ranks}: ${job.words.join(' ')}`)

it('starts a program for each benchmark and number of ranks', () => {
  expect(words('--only', 'latency,bw,rate', '--sizes', '1,8', '--ranks', '2,4')).toEqual([
    'point-to-point 2: latency=1,8',
    'point-to-point 2: bw=1,8',
    'point-to-point 2: rate=1,8',
    'point-to-point 4: rate=1,8',
  ])
})

it('takes any number of ranks where that means something', () => {
  expect(words('--only', 'latency,rate,barrier,startup', '--sizes', '8', '--ranks', '3')).toEqual([
    'collectives 3: barrier=0',
    'hello 3: startup=0',
  ])
})

it('gives reductions whole doubles, and reduce_scatter one for each rank', () => {
  expect(words('--only', 'reduce,reduce_scatter,gather', '--sizes', '1,8,100', '--ranks', '4')).toEqual([
    'collectives 4: reduce=8,104',
    'collectives 4: reduce_scatter=32,128',
    'collectives 4: gather=1,8,100',
  ])
})

it('keeps rows that are not sizes, whatever the sizes', () => {
  expect(words('--only', 'objects,timer-lag', '--sizes', '8', '--quick')).toEqual([
    'objects 2: objects=0,1,2',
    'timer-lag 2: timer-lag=500',
  ])
})

describe('covers', () => {
  it('8 B, 64 KiB and 4 MiB of every collective on two ranks, and 2, 4 and 8 ranks', () => {
    for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
      if (benchmark.program !== 'collectives' || name === 'barrier') continue
      expect(benchmark.sizes(2)).toEqual(expect.arrayContaining([8, 64 * 1024, 4 * 1024 * 1024]))
      expect(benchmark.ranks).toEqual([2, 4, 8])
    }
  })

  it('1 B to 4 MiB between two ranks', () => {
    for (const name of ['latency', 'bw', 'bibw']) {
      const sizes = BENCHMARKS[name]!.sizes(2)
      expect([sizes[0], sizes.at(-1)]).toEqual([1, 4 * 1024 * 1024])
    }
  })

  it.each(Object.entries(BENCHMARKS))('%s with a program in every language it names', (_, benchmark) => {
    const { program } = benchmark
    const files = { ts: `ts/${program}.ts`, c: `c/${program}.c`, py: `py/${program.replaceAll('-', '_')}.py` }
    for (const language of benchmark.languages)
      expect(existsSync(`${programs}/${files[language]}`)).toBe(true)
  })
})
