import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../bench/driver/options.ts'
import { KERNELS, readSeconds } from '../../bench/kernels/driver/kernels.ts'
import { parseKernelOptions } from '../../bench/kernels/driver/options.ts'
import { plotKernels } from '../../bench/kernels/driver/plot.ts'
import { kernelTables } from '../../bench/kernels/driver/table.ts'
import { Times } from '../../bench/kernels/driver/times.ts'

const place = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const names = Object.keys(KERNELS)

describe('the command line', () => {
  it('means everything with three peers on one and two ranks if it says nothing', () => {
    expect(parseKernelOptions([])).toEqual({
      quick: false,
      only: null,
      ranks: [1, 2],
      repeats: 5,
      peers: ['tsmpi', 'openmpi', 'mpi4py'],
      out: null,
      reference: false,
    })
    expect(parseKernelOptions(['--quick'])!.repeats).toBe(3)
    expect(parseKernelOptions(['--help'])).toBeNull()
  })

  it.each([['--only', 'stencils'], ['--peers', 'lam'], ['--ranks', '0'], ['--ranks', '1,'], ['--fast']])(
    'refuses %s %s',
    (...words) => {
      expect(() => parseKernelOptions(words)).toThrow(UsageError)
    },
  )
})

it('has programs only for kernels that it knows', () => {
  for (const file of readdirSync(place('bench/kernels/c')).filter((name) => name.endsWith('.c'))) {
    expect(names).toContain(file.replace('.c', ''))
  }
})

it('finds the program in C and Python of every kernel, and in TypeScript of the Parallel Research Kernels', () => {
  for (const name of names) {
    const python = name === 'random' ? 'random_access' : name
    const paths = [`bench/kernels/c/${name}.c`, `bench/kernels/python/${python}.py`]
    if (KERNELS[name]!.script.includes('/prk/')) paths.push(KERNELS[name]!.script)
    for (const path of paths) expect(existsSync(place(path)), path).toBe(true)
  }
})

describe('what a kernel prints', () => {
  const { stencil, random, is } = KERNELS as Required<typeof KERNELS>

  it('gives the seconds of a pass', () => {
    const said = 'Solution validates\nRate (MFlops/s): 12.5  Avg time (s): 0.004250\n'
    expect(readSeconds(stencil!, [], said)).toBe(0.00425)
    const other = 'Solution validates\nRate (GUPS/s): 0.1, Time (s): 0.5\n'
    expect(readSeconds(random!, [], other)).toBe(0.5)
  })

  it('gives the seconds of a whole benchmark by its rate', () => {
    const said = ' Mop/s total     =    83.886080\n Verification    =    SUCCESSFUL\n'
    expect(readSeconds(is!, ['--class', 'A'], said)).toBeCloseTo(1, 12)
  })

  it('counts for nothing unless the answer was right', () => {
    expect(readSeconds(stencil!, [], 'Rate (MFlops/s): 12.5  Avg time (s): 0.1\n')).toMatch(/right/)
    expect(readSeconds(is!, ['--class', 'A'], 'Mop/s total = 1\nVerification = UNSUCCESSFUL\n')).toMatch(
      /right/,
    )
    expect(readSeconds(stencil!, [], 'Solution validates\n')).toBe('told no time')
  })
})

describe('the results', () => {
  const times = new Times()
  for (const [repetition, slow] of [1, 10, 1].entries()) {
    for (const [peer, seconds] of [
      ['tsmpi', 0.003],
      ['openmpi', 0.002],
      ['mpi4py', 0.008],
    ] as const) {
      times.add({ kernel: 'stencil', ranks: 2, peer, repetition, seconds: seconds * slow })
    }
  }

  it('compare what was measured a moment apart: a slow repetition is slow for all', () => {
    expect(times.ratio('stencil', 2, 'tsmpi', 'openmpi')).toMatchObject({ min: 1.5, max: 1.5, count: 3 })
    expect(times.ratio('stencil', 1, 'tsmpi', 'openmpi')).toBeNull()
  })

  it('are told in milliseconds and as ratios of tsmpi to each other', () => {
    const text = kernelTables(times, ['tsmpi', 'openmpi', 'mpi4py'], () => 'a stencil')
    expect(text).toMatch(/^Kernels on 2 ranks/)
    expect(text).toMatch(
      /a stencil +3\.00 \[3\.00 16\.5\] .* 1\.50x \[1\.50 1\.50\] +0\.38x \[0\.38 0\.38\]$/m,
    )
  })

  it('are drawn relative to C: what is slower lies farther right', () => {
    const svg = plotKernels(times, 'a <fast> machine')!
    const own = Number(/<g class="tsmpi"><path class="bars"[^>]*><circle cx="([\d.]+)"/.exec(svg)![1])
    const other = Number(
      /<g class="mpi4py"><path class="bars"[^>]*><path class="diamond" d="M([\d.]+)/.exec(svg)![1],
    )
    const base = Number(/class="base" d="M([\d.]+)/.exec(svg)![1])
    expect([base, own, other]).toEqual([base, own, other].sort((a, b) => a - b))
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
    expect(svg).toContain('a &lt;fast> machine')
  })

  it('have no picture without anything to compare', () => {
    expect(plotKernels(new Times(), '')).toBeNull()
  })
})
