import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dimsCreate } from '../../../src/comm/cart/dims-create.ts'
import { CountError } from '../../../src/errors.ts'
import { product } from './tools.ts'

describe('dimsCreate', () => {
  // The first four are the examples of MPI-4.1 §8.5.2.
  it.each<[number, number[], number[]]>([
    [6, [0, 0], [3, 2]],
    [7, [0, 0], [7, 1]],
    [6, [0, 3, 0], [2, 3, 1]],
    [1, [], []],
    [12, [0, 0], [4, 3]],
    [24, [0, 0, 0], [4, 3, 2]],
    [16, [0, 0], [4, 4]],
    [16, [0, 0, 0], [4, 2, 2]],
    [36, [0, 0, 0], [4, 3, 3]],
    [48, [0, 0, 0, 0], [4, 3, 2, 2]],
    [60, [0, 0, 0], [5, 4, 3]],
    [72, [0, 0], [9, 8]],
    [1, [0, 0, 0], [1, 1, 1]],
    [13, [0], [13]],
    [13, [13], [13]],
    [30, [0, 5, 0], [3, 5, 2]],
    [1_000_000, [0, 0, 0], [100, 100, 100]],
    [720_720, [0, 0, 0, 0, 0, 0], [13, 11, 10, 9, 8, 7]],
    [2 ** 40, new Array<number>(10).fill(0), new Array<number>(10).fill(16)],
  ])('of %d ranks in [%s] is [%s]', (size, dims, wanted) => {
    const given = [...dims]
    expect(dimsCreate(size, given)).toEqual(wanted)
    expect(given).toEqual(dims)
  })

  it.each<[number, number[], RegExp]>([
    [7, [0, 3, 0], /dimsCreate\(7, \[0, 3, 0\]\): 7 is not a multiple of 3/],
    [12, [2, 0, 5], /12 is not a multiple of 2 × 5 = 10/],
    [12, [2, 3], /no dimension is free, and 2 × 3 = 6 is not 12/],
    [2, [], /no dimension is free/],
    [6, [0, -1], /dims\[1\] is -1/],
    [6, [1.5, 0], /dims\[0\] is 1.5/],
    [0, [0], /number of ranks/],
    [-4, [0, 0], /number of ranks/],
    [2.5, [0], /number of ranks/],
  ])('of %d ranks in [%s] is a CountError', (size, dims, message) => {
    expect(() => dimsCreate(size, dims)).toThrow(CountError)
    expect(() => dimsCreate(size, dims)).toThrow(message)
  })

  it('refuses what is no list', () => {
    expect(() => dimsCreate(6, 2 as never)).toThrow(/give a list/)
  })

  it('chooses the most equal of all factorisations, in non-increasing order, around those kept', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
        (rest, pattern) => {
          const kept = pattern.filter((n) => n > 0)
          fc.pre(kept.length < pattern.length)
          const size = rest * product(kept)
          const dims = dimsCreate(size, pattern)
          expect(product(dims)).toBe(size)
          pattern.forEach((n, d) => {
            if (n > 0) expect(dims[d]).toBe(n)
          })
          const chosen = dims.filter((_, d) => pattern[d] === 0)
          expect(chosen).toEqual([...chosen].sort((a, b) => b - a))
          const spread = (list: readonly number[]) => Math.max(...list) - Math.min(...list)
          const best = Math.min(...factorisations(rest, chosen.length).map(spread))
          expect(spread(chosen)).toBe(best)
        },
      ),
      { numRuns: 400 },
    )
  })
})

/** All ways to write `n` as a product of `parts` numbers in order. */
function factorisations(n: number, parts: number): number[][] {
  if (parts === 1) return [[n]]
  const all: number[][] = []
  for (let d = 1; d <= n; d++) {
    if (n % d === 0) for (const rest of factorisations(n / d, parts - 1)) all.push([d, ...rest])
  }
  return all
}
