// User functions: whole values in rank order, operands nobody changes, results nobody changes.
import { describe, expect, it } from 'vitest'
import { createOp } from '../../../src/comm/op/user.ts'
import { OpError } from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { rejection } from '../tools.ts'
import { forSizes, ranksOf } from './tools.ts'

const letters = 'abcdefghijklmnopqrstuvwxyz'

/** Product of two 2 x 2 matrices of integers modulo a prime: associative, not commutative, exact. */
function times(a: Float64Array, b: Float64Array): Float64Array {
  const entry = (row: number, column: number) =>
    (a[2 * row]! * b[column]! + a[2 * row + 1]! * b[2 + column]!) % 9973
  return Float64Array.of(entry(0, 0), entry(0, 1), entry(1, 0), entry(1, 1))
}
const matrixOf = (rank: number) => Float64Array.of(rank + 1, 2, 3, rank + 4)
const productOf = (ranks: readonly number[]) =>
  ranks.map(matrixOf).reduce<Float64Array>(times, Float64Array.of(1, 0, 0, 1))

describe('the order of ranks is kept', () => {
  forSizes('strings', async (world) => {
    const { rank, size } = world
    const join = (a: string, b: string) => a + b
    const mine = letters[rank]!
    expect(await world.allreduce(mine, join)).toBe(letters.slice(0, size))
    expect(await world.scan(mine, join)).toBe(letters.slice(0, rank + 1))
    expect(await world.exscan(mine, join)).toBe(rank === 0 ? undefined : letters.slice(0, rank))
    expect(
      await world.reduceScatter(
        ranksOf(size).map((to) => mine + to),
        join,
      ),
    ).toBe([...letters.slice(0, size)].map((letter) => letter + rank).join(''))
    for (const root of ranksOf(size))
      expect(await world.reduce(mine, join, root)).toBe(rank === root ? letters.slice(0, size) : undefined)
  })

  forSizes('2 x 2 matrices in a Float64Array', async (world) => {
    const { rank, size } = world
    const mine = matrixOf(rank)
    expect(await world.allreduce(mine, times)).toEqual(productOf(ranksOf(size)))
    expect(await world.scan(mine, times)).toEqual(productOf(ranksOf(rank + 1)))
    if (rank > 0) expect(await world.exscan(mine, times)).toEqual(productOf(ranksOf(rank)))
    else expect(await world.exscan(mine, times)).toBe(undefined)
    const root = size - 1
    expect(await world.reduce(mine, times, root)).toEqual(
      rank === root ? productOf(ranksOf(size)) : undefined,
    )
    const into = new Float64Array(4)
    expect(await world.allreduce(mine, times, { into })).toBe(into)
    expect(into).toEqual(productOf(ranksOf(size)))
    expect(mine).toEqual(matrixOf(rank))
  })

  forSizes('numbers', async (world) => {
    const last = (_: number, b: number) => b
    const first = (a: number) => a
    expect(await world.allreduce(world.rank, last)).toBe(world.size - 1)
    expect(await world.allreduce(world.rank, first)).toBe(0)
    expect(await world.scan(world.rank, last)).toBe(world.rank)
    expect(await world.reduceScatter(ranksOf(world.size), last)).toBe(world.rank)
  })

  it('reduceScatter gives a function the whole vector', async () => {
    const reverse = (a: Float64Array, b: Float64Array) =>
      a
        .map((x, i) => x + b[i]!)
        .reverse()
        .reverse()
    await runRanks(4, async (world) => {
      const values = Float64Array.from({ length: 10 }, (_, i) => world.rank * 100 + i)
      let seen = 0
      const mine = await world.reduceScatter(
        values,
        (a, b) => {
          seen = a.length
          return reverse(a, b)
        },
        { counts: [1, 2, 3, 4] },
      )
      if (world.rank === 0) expect(seen).toBe(10)
      const start = [0, 1, 3, 6][world.rank]!
      expect(mine).toEqual(Float64Array.from({ length: world.rank + 1 }, (_, i) => 600 + 4 * (start + i)))
    })
  })
})

describe('operands and results', () => {
  forSizes('a function that keeps and freezes what it sees', async (world) => {
    const kept: { value: Float64Array; copy: Float64Array }[] = []
    const keep = (value: Float64Array) => kept.push({ value, copy: value.slice() })
    const larger = (a: Float64Array, b: Float64Array) => {
      keep(a)
      keep(b)
      return a[0]! >= b[0]! ? a : b
    }
    const freeze = (a: { n: number[] }, b: { n: number[] }) => {
      Object.freeze(a)
      Object.freeze(b)
      return Object.freeze({ n: [...a.n, ...b.n] })
    }
    const input = new Float64Array(8).fill((world.rank * 5) % 16)
    const most = new Float64Array(8).fill(Math.max(...ranksOf(world.size).map((rank) => (rank * 5) % 16)))
    const results = [
      await world.allreduce(input, larger),
      await world.allreduce(input, larger, { into: input.slice() }),
    ]
    for (const result of results) expect(result).toEqual(most)
    await world.scan(input, larger)
    await world.exscan(input, larger)
    await world.reduce(input, larger, world.size - 1)
    await world.allreduce(input, larger, { into: input })
    for (const { value, copy } of kept) expect(value).toEqual(copy)
    expect(await world.allreduce({ n: [world.rank] }, freeze)).toEqual({ n: ranksOf(world.size) })
    expect(await world.scan({ n: [world.rank] }, freeze)).toEqual({ n: ranksOf(world.rank + 1) })
  })

  it('a result never is the input, even if the function returns it', async () => {
    await runRanks(3, async (world) => {
      const input = Float64Array.of(world.rank)
      const first = (a: Float64Array) => a
      for (const result of [await world.allreduce(input, first), await world.scan(input, first)]) {
        result[0] = 99
        expect(input[0]).toBe(world.rank)
      }
    })
  })

  forSizes('all ranks get the same, even of a function that is none', async (world) => {
    let calls = 0
    const result = await world.allreduce(`${world.rank}`, (a, b) => `${a}${b}/${world.rank}.${calls++}`)
    expect(new Set(await world.allgather(result)).size).toBe(1)
  })

  it('elementwise functions get numbers and bigints', async () => {
    const op = createOp((a: number, b: number) => a * 2 + b - a, { elementwise: true, commutative: true })
    const bigOp = createOp((a: bigint, b: bigint) => a + b, { elementwise: true })
    await runRanks(5, async (world) => {
      expect(await world.allreduce(new Int16Array(3).fill(world.rank), op)).toEqual(
        new Int16Array(3).fill(10),
      )
      expect(await world.allreduce(world.rank, op)).toBe(10)
      const big = new BigInt64Array(2).fill(BigInt(world.rank))
      expect(await world.scan(big, bigOp)).toEqual(
        new BigInt64Array(2).fill(BigInt((world.rank * (world.rank + 1)) / 2)),
      )
    })
  })
})

describe('a function that fails', () => {
  const cases: [string, (a: never, b: never) => unknown, unknown, string | RegExp][] = [
    [
      'throws',
      () => {
        throw new RangeError('no such thing')
      },
      1,
      'no such thing',
    ],
    ['gives no number of numbers', () => 'text', 1, /a string/],
    ['gives another length', (a: Float64Array) => a.subarray(1), new Float64Array(3), /length 2/],
    ['gives another type', () => new Float32Array(3), new Float64Array(3), /Float32Array/],
    ['forgets to return', () => undefined, 'a', /undefined/],
  ]
  it.each(cases)('%s: every rank that waits is told', async (_, f, value, message) => {
    await runRanks(4, async (world) => {
      const error = await rejection(world.allreduce(value, f as never))
      expect(error.message).toMatch(message)
      if (error.name !== 'RangeError') expect(error).toBeInstanceOf(OpError)
      // Broken for good, on all ranks.
      expect((await rejection(world.barrier())).message).toMatch(message)
    })
  })
})
