import { describe, expect, it } from 'vitest'
import { dimsCreate } from '../../../src/comm/cart/dims-create.ts'
import {
  CollectiveMismatchError,
  CountError,
  MpiError,
  RankError,
  TypeMismatchError,
} from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { members, rejection } from '../tools.ts'
import { neighborOf, onGrids, places, product, shapes } from './tools.ts'

describe.each(shapes.map((dims) => ({ dims })))('a grid of $dims', ({ dims }) => {
  const size = product(dims)

  it('numbers its places row by row', async () => {
    await runRanks(size, async (world) => {
      const cart = await world.createCart(dims)
      expect([cart.rank, cart.size]).toEqual([world.rank, world.size])
      expect(cart.dims).toEqual(dims)
      expect(cart.periods).toEqual(dims.map(() => false))
      expect(cart.coords).toEqual(places(dims)[world.rank])
      for (const [rank, coords] of places(dims).entries()) {
        expect(cart.coordsOf(rank)).toEqual(coords)
        expect(cart.rankOf(coords)).toBe(rank)
      }
      expect(await members(cart, world)).toEqual(places(dims).map((_, rank) => rank))
    })
  })

  it('knows its neighbours at any distance, however it is closed', async () => {
    await runRanks(size, async (world) => {
      await onGrids(world, dims, async (cart, neighbors) => {
        expect(cart.neighbors).toEqual(neighbors)
        for (const d of dims.keys()) {
          expect(cart.shift(d)).toEqual({ source: neighbors[2 * d], dest: neighbors[2 * d + 1] })
          expect(cart.shift(d, 0)).toEqual({ source: cart.rank, dest: cart.rank })
          let [below, above]: [number | null, number | null] = [cart.rank, cart.rank]
          for (let far = 1; far < 2 * dims[d]! + 2; far++) {
            below = below === null ? null : neighborOf(dims, cart.periods, below, d, -1)
            above = above === null ? null : neighborOf(dims, cart.periods, above, d, 1)
            expect(cart.shift(d, far)).toEqual({ source: below, dest: above })
            expect(cart.shift(d, -far)).toEqual({ source: above, dest: below })
          }
        }
      })
    })
  })

  it('shifts messages with sendrecv, which stop at open edges', async () => {
    await runRanks(size, async (world) => {
      await onGrids(world, dims, async (cart) => {
        for (const d of dims.keys()) {
          const { source, dest } = cart.shift(d, 2)
          expect(await cart.sendrecv(cart.rank, dest, { source })).toBe(source ?? undefined)
        }
      })
    })
  })

  it('falls apart in grids of the dimensions kept', async () => {
    await runRanks(size, async (world) => {
      const cart = await world.createCart(dims, { periods: dims.map((_, d) => d % 2 === 0) })
      for (let bits = 0; bits < 2 ** dims.length; bits++) {
        const keep = dims.map((_, d) => (bits >> d) % 2 === 1)
        const part = await cart.sub(keep)
        const isKept = (_: unknown, d: number) => keep[d]!
        expect(part.dims).toEqual(dims.filter(isKept))
        expect(part.periods).toEqual(cart.periods.filter(isKept))
        expect(part.coords).toEqual(cart.coords.filter(isKept))
        expect(part.size).toBe(product(dims.filter(isKept)))
        const mates = places(dims)
          .map((coords, rank) => ({ coords, rank }))
          .filter(({ coords }) => coords.every((at, d) => keep[d] || at === cart.coords[d]))
        expect(await members(part, world)).toEqual(mates.map(({ rank }) => rank))
        expect(await part.allreduce(1)).toBe(part.size)
      }
    })
  })

  it('is the same grid when duplicated, with messages of its own', async () => {
    await runRanks(size, async (world) => {
      const cart = await world.createCart(dims, { periods: true })
      const copy = await (await cart.dup()).dup()
      expect([copy.dims, copy.periods, copy.coords]).toEqual([cart.dims, cart.periods, cart.coords])
      expect(copy.group.compare(cart.group)).toBe('identical')
      const [a, b] = [cart.neighborAllgather('cart'), copy.neighborAllgather('copy')]
      expect(await b).toEqual(dims.flatMap(() => ['copy', 'copy']))
      expect(await a).toEqual(dims.flatMap(() => ['cart', 'cart']))
    })
  })
})

it('coordinates wrap around where the grid is closed', async () => {
  await runRanks(6, async (world) => {
    const cart = await world.createCart([2, 3], { periods: [false, true] })
    expect(cart.rankOf([1, -1])).toBe(5)
    expect(cart.rankOf([0, 3])).toBe(0)
    expect(cart.rankOf([1, -300])).toBe(3)
    expect(cart.rankOf([0, 3_000_001])).toBe(1)
  })
})

it('periods may be one flag for all dimensions', async () => {
  await runRanks(4, async (world) => {
    expect((await world.createCart([2, 2], { periods: true })).periods).toEqual([true, true])
    expect((await world.createCart([2, 2], { periods: false, reorder: true })).periods).toEqual([
      false,
      false,
    ])
  })
})

it('a grid can be made of a part of the ranks, and of a grid', async () => {
  await runRanks(7, async (world) => {
    const part = await world.split(world.rank < 6 ? 0 : 1)
    const cart = await part.createCart(dimsCreate(part.size, [0, 0]))
    expect(cart.dims).toEqual(world.rank < 6 ? [3, 2] : [1, 1])
    const line = await cart.createCart([cart.size], { periods: true })
    expect(line.shift(0).dest).toBe((line.rank + 1) % line.size)
  })
})

it('is named by where it comes from', async () => {
  await runRanks(6, async (world) => {
    const cart = await world.createCart([2, 3])
    expect(cart.label).toBe('world.createCart([2, 3])')
    const [i, j] = cart.coords
    expect((await cart.sub([false, true])).label).toBe(`world.createCart([2, 3]).sub(${i}, *)`)
    expect((await cart.sub([true, false])).label).toBe(`world.createCart([2, 3]).sub(*, ${j})`)
  })
})

it('what programs see of a grid cannot be changed', async () => {
  await runRanks(2, async (world) => {
    const cart = await world.createCart([2])
    for (const list of [cart.dims, cart.periods, cart.coords, cart.neighbors])
      expect(() => (list as unknown[]).push(1)).toThrow(TypeError)
    const coords = cart.coordsOf(1)
    coords[0] = 7
    expect(cart.coordsOf(1)).toEqual([1])
  })
})

describe('arguments that are refused before anything is sent', () => {
  it.each<[unknown, new () => Error, RegExp]>([
    [[2, 2], CountError, /2 × 2 = 4 places for 6 ranks; give dimsCreate\(6, \[0, ?0\]\) = \[3, 2\].* split/],
    [[4, 2], CountError, /4 × 2 = 8 places for 6 ranks; give dimsCreate\(6, \[0, ?0\]\) = \[3, 2\]$/],
    [[], CountError, /no dims make 1 place for 6 ranks; give dims whose product is 6/],
    [[6, 0], CountError, /dims\[1\] is 0; .* dimsCreate\(6, \[0, 0\]\)/],
    [[-2, -3], CountError, /dims\[0\] is -2/],
    [[1.5, 4], CountError, /dims\[0\] is 1.5/],
    [['6'], CountError, /dims\[0\] is 6/],
    [6, TypeMismatchError, /dims is 6; give a list/],
    [undefined, TypeMismatchError, /dims is undefined; give a list/],
  ])('dims %j', async (dims, kind, message) => {
    await runRanks(6, async (world) => {
      const error = await rejection(world.createCart(dims as number[]))
      expect(error).toBeInstanceOf(kind)
      expect(error.message).toMatch(message)
      expect(error.message).toMatch(/^createCart on world, rank \d of 6: /)
      expect(await world.allreduce(1)).toBe(6)
    })
  })

  it.each<[unknown, new () => Error, RegExp]>([
    [{ periods: [true] }, CountError, /periods has length 1; it needs true or false for each of the 2/],
    [{ periods: [1, 0] }, TypeMismatchError, /periods is \[1, 0\]/],
    [{ periods: 'yes' }, TypeMismatchError, /periods is the string "yes"/],
    [{ period: [true, true] }, MpiError, /no option period; this call takes periods, reorder/],
    [[true, true], MpiError, /the options are a Array/],
  ])('options %j', async (options, kind, message) => {
    await runRanks(2, async (world) => {
      const error = await rejection(world.createCart([2, 1], options as object))
      expect(error).toBeInstanceOf(kind)
      expect(error.message).toMatch(message)
      expect(await world.allreduce(1)).toBe(2)
    })
  })

  it('ranks, coordinates, directions and flags', async () => {
    await runRanks(6, async (world) => {
      const cart = await world.createCart([2, 3], { periods: [true, false] })
      const wrong: [() => unknown, new () => Error, RegExp][] = [
        [
          () => cart.coordsOf(6),
          RankError,
          /coordsOf on world.createCart\(\[2, 3\]\), rank \d of 6: .* 6, but .* 0 to 5/,
        ],
        [() => cart.coordsOf(-1), RankError, /the rank is -1/],
        [() => cart.coordsOf(null as never), RankError, /the rank is null/],
        [
          () => cart.rankOf([0, 3]),
          RankError,
          /coords\[1\] is 3, but the dimension is open and has places 0 to 2; .*shift/,
        ],
        [() => cart.rankOf([0, -1]), RankError, /coords\[1\] is -1/],
        [() => cart.rankOf([0.5, 0]), RankError, /coords\[0\] is 0.5/],
        [() => cart.rankOf([0] as never), CountError, /coords has length 1; .* each of the 2/],
        [() => cart.rankOf(3 as never), TypeMismatchError, /coords is 3/],
        [() => cart.shift(2), CountError, /the direction is 2, but the dimensions are 0 to 1/],
        [() => cart.shift(-1), CountError, /the direction is -1/],
        [() => cart.shift(0, 0.5), CountError, /the displacement is 0.5/],
      ]
      for (const [call, kind, message] of wrong) {
        expect(call).toThrow(kind)
        expect(call).toThrow(message)
      }
      const few = await rejection(cart.sub([true] as never))
      expect(few).toBeInstanceOf(CountError)
      expect(few.message).toMatch(/keep has length 1; it needs true or false for each of the 2/)
      expect(await rejection(cart.sub([1, 0] as never))).toBeInstanceOf(TypeMismatchError)
      expect(await cart.allreduce(1)).toBe(6)
      const point = await cart.sub([false, false])
      expect([point.rankOf([]), point.coordsOf(0)]).toEqual([0, []])
      expect(() => point.shift(0)).toThrow(/the grid has no dimensions/)
    })
  })
})

describe('ranks that do not agree are told on every rank', () => {
  it.each<[string, (rank: number) => [number[], boolean[]], RegExp]>([
    [
      'dims',
      (rank) => [rank === 1 ? [3, 2] : [2, 3], [false, false]],
      /dims \[3, 2\].*dims \[2, 3\]|dims \[2, 3\].*dims \[3, 2\]/,
    ],
    [
      'periods',
      (rank) => [
        [2, 3],
        [rank === 5, false],
      ],
      /periods \[true, false\]/,
    ],
    [
      'numbers of dims',
      (rank) => [rank === 0 ? [6] : [6, 1], rank === 0 ? [true] : [true, true]],
      /dims \[6\] with periods \[true\]/,
    ],
  ])('in their %s', async (_, of, message) => {
    await runRanks(6, async (world) => {
      const [dims, periods] = of(world.rank)
      const error = await rejection(world.createCart(dims, { periods }))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(message)
    })
  })

  it('in what they keep', async () => {
    await runRanks(6, async (world) => {
      const cart = await world.createCart([2, 3])
      const error = await rejection(cart.sub([cart.rank === 4, true]))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(/\[true, true\].*\[false, true\]|\[false, true\].*\[true, true\]/)
      expect(await world.allreduce(1)).toBe(6)
    })
  })

  it('in whether it is a grid at all', async () => {
    await runRanks(2, async (world) => {
      const call = world.rank === 0 ? world.createCart([2]) : world.dup()
      const error = await rejection(call)
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(/createCart.*dup|dup.*createCart/)
    })
  })
})
