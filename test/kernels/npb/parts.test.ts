/** The parts of the benchmarks that have an answer of their own. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fill, jump, MULTIPLIER, multiply } from '../../../examples/mpi/npb/common/random.ts'
import { scientific } from '../../../examples/mpi/npb/common/report.ts'
import { type Direction, Fft } from '../../../examples/mpi/npb/ft/fft.ts'
import { makeLevels } from '../../../examples/mpi/npb/mg/level.ts'

describe('the random numbers', () => {
  const number46 = fc.integer({ min: 1, max: 2 ** 46 - 1 })

  it('multiplies as integers do', () => {
    fc.assert(
      fc.property(number46, number46, (a, x) => {
        expect(BigInt(multiply(a, x))).toBe((BigInt(a) * BigInt(x)) % 2n ** 46n)
      }),
    )
  })

  it('gives the same stream in one go, in parts, and after a jump', () => {
    fc.assert(
      fc.property(number46, fc.nat(200), fc.nat(200), (seed, some, more) => {
        let x = seed
        const expected = Float64Array.from({ length: some + more }, () => {
          x = multiply(MULTIPLIER, x)
          return x * 2 ** -46
        })
        const found = new Float64Array(some + more)
        const between = fill(found, 0, some, seed)
        expect(between).toBe(jump(seed, some))
        expect(fill(found, some, some + more, between)).toBe(x)
        expect(found).toEqual(expected)
      }),
    )
  })
})

describe('the Fourier transform', () => {
  it.each([16, 32, 64, 128, 512])('of %i elements is what the definition says', (n) => {
    for (const direction of [1, -1] as const) {
      for (const [columns, stride] of [
        [1, 1],
        [1, 3],
        [4, 4],
        [3, 5],
      ] as const) {
        const source = Float64Array.from({ length: 2 * n * stride + 4 }, (_, i) => Math.sin(i * i))
        const expected = source.slice()
        for (let c = 0; c < columns; c++) sumUp(source, expected, n, 4 + 2 * c, stride, direction)
        // To the same place: columns are read before they are written, and what is between them is left alone.
        new Fft(n, 4).transform(direction, columns, stride, source, 4, source, 4)
        expect(largestDifference(source, expected)).toBeLessThan(1e-11)
      }
    }
  })

  function sumUp(
    x: Float64Array,
    y: Float64Array,
    n: number,
    at: number,
    stride: number,
    direction: Direction,
  ) {
    for (let k = 0; k < n; k++) {
      let re = 0
      let im = 0
      for (let j = 0; j < n; j++) {
        const angle = (-direction * 2 * Math.PI * ((j * k) % n)) / n
        const [xr, xi] = [x[at + 2 * stride * j]!, x[at + 2 * stride * j + 1]!]
        re += xr * Math.cos(angle) - xi * Math.sin(angle)
        im += xr * Math.sin(angle) + xi * Math.cos(angle)
      }
      y[at + 2 * stride * k] = re
      y[at + 2 * stride * k + 1] = im
    }
  }

  function largestDifference(x: Float64Array, y: Float64Array): number {
    return x.reduce((largest, value, i) => Math.max(largest, Math.abs(value - y[i]!)), 0)
  }
})

describe('the grids of MG', () => {
  it.each([1, 2, 3, 5, 8, 13, 31, 32])(
    'are cut so that neighbours have what a rank wants, at %i ranks',
    (size) => {
      const ranks = Array.from({ length: size }, (_, rank) => makeLevels(32, rank, size))
      for (const [rank, levels] of ranks.entries()) {
        expect(levels.map((level) => level.n)).toEqual([2, 4, 8, 16, 32])
        for (const [l, fine] of levels.entries()) {
          expect(fine.planes).toBeGreaterThanOrEqual(1)
          expect(fine.share.starts[0]).toBe(0)
          expect(fine.share.starts.at(-1)).toBe(fine.n)
          const coarse = levels[l - 1]
          if (coarse === undefined || fine.whole) continue
          // Each coarse plane that a rank computes wants three fine ones: its own, or next to its own.
          const [start, end] = [coarse.share.starts[rank]!, coarse.share.starts[rank + 1]!]
          if (start === end) continue
          expect(2 * start).toBeGreaterThanOrEqual(fine.first - 1)
          expect(2 * (end - 1) + 2).toBeLessThanOrEqual(fine.first + fine.planes)
        }
      }
    },
  )
})

it('prints numbers as Fortran does', () => {
  expect(scientific(-3247.834652, 4, 12)).toBe(' -3.2478E+03')
  expect(scientific(5.3e-5, 2)).toBe('5.30E-05')
  expect(scientific(1e-123, 1)).toBe('1.0E-123')
})
