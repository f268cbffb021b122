// MAXLOC and MINLOC through every reduction: the extreme value, of equal ones the lowest index, NaN above all.
import { describe, expect, it } from 'vitest'
import { MAXLOC, MINLOC } from '../../../src/comm/op/built-in.ts'
import { CollectiveMismatchError, OpError } from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { random, rejection } from '../tools.ts'
import { ranksOf } from './tools.ts'

interface Place {
  readonly value: number | bigint
  readonly index: number
  readonly name?: string
}

/** The winner, told otherwise than by comparing in pairs: all sorted, and the first one taken. */
function winner(op: typeof MAXLOC, places: readonly Place[]): Place {
  const sign = op === MAXLOC ? 1 : -1
  const none = ({ value }: Place) => Number(Number.isNaN(value))
  return [...places].sort(
    (a, b) =>
      none(b) - none(a) || (a.value < b.value ? sign : a.value > b.value ? -sign : 0) || a.index - b.index,
  )[0]!
}

/** Few different values, so that most maxima are ties; indices in an order of their own. */
const kinds: Record<string, (seed: number, size: number) => Place[]> = {
  'numbers with ties': (seed, size) => {
    const next = random(seed)
    return ranksOf(size).map((rank) => ({ value: Math.floor(3 * next()), index: (rank * 7 + seed) % 101 }))
  },
  'numbers with NaN and infinities': (seed, size) => {
    const next = random(seed)
    const values = [NaN, -Infinity, Infinity, 1.5]
    return ranksOf(size).map((rank) => ({ value: values[Math.floor(4 * next())]!, index: 50 - rank }))
  },
  bigints: (seed, size) => {
    const next = random(seed)
    return ranksOf(size).map((rank) => ({ value: 2n ** 70n - BigInt(Math.floor(2 * next())), index: rank }))
  },
  'places that carry more': (seed, size) => {
    const next = random(seed)
    return ranksOf(size).map((rank) => ({ value: next(), index: rank, name: `of rank ${rank}` }))
  },
}

describe.each(Object.keys(kinds))('%s', (kind) => {
  it.each([1, 2, 3, 4, 5, 7, 8])('through all reductions on %i ranks', async (size) => {
    await runRanks(size, async (world) => {
      const { rank } = world
      for (const [seed, op] of [1, 2, 3].flatMap((seed) => [
        [seed, MAXLOC] as const,
        [seed, MINLOC] as const,
      ])) {
        const places = kinds[kind]!(seed, size)
        const mine = places[rank]!
        const best = winner(op, places)
        expect(await world.allreduce(mine, op)).toEqual(best)
        for (const root of ranksOf(size))
          expect(await world.reduce(mine, op, root)).toEqual(rank === root ? best : undefined)
        expect(await world.scan(mine, op)).toEqual(winner(op, places.slice(0, rank + 1)))
        expect(await world.exscan(mine, op)).toEqual(
          rank === 0 ? undefined : winner(op, places.slice(0, rank)),
        )
        // Item r of the list that this rank gives, for rank r: another draw for each.
        const draws = ranksOf(size).map((r) => kinds[kind]!(10 * seed + r, size))
        const got = await world.reduceScatter(
          draws.map((draw) => draw[rank]!),
          op,
        )
        expect(got).toEqual(winner(op, draws[rank]!))
      }
    })
  })
})

it('within parts of a communicator', async () => {
  await runRanks(5, async (world) => {
    const part = await world.split(world.rank % 2)
    const best = await part.allreduce({ value: 10 - world.rank, index: world.rank }, MAXLOC)
    expect(best).toEqual({ value: 10 - (world.rank % 2), index: world.rank % 2 })
  })
})

it('anything else is refused, by the rank that gave it', async () => {
  await runRanks(3, async (world) => {
    for (const wrong of [3, [1, 2], new Float64Array(2), { value: 1 }, { value: 'x', index: 0 }, null]) {
      for (const call of [
        world.allreduce(wrong as never, MAXLOC),
        world.reduce(wrong as never, MINLOC),
        world.scan(wrong as never, MAXLOC),
        world.exscan(wrong as never, MINLOC),
        world.reduceScatter([wrong, wrong, wrong] as never[], MAXLOC),
      ])
        expect(await rejection(call)).toBeInstanceOf(OpError)
    }
  })
})

it('a number on one rank and a bigint on another is an error on all', async () => {
  await runRanks(3, async (world) => {
    const value = world.rank === 1 ? 1n : 1
    const error = await rejection(world.allreduce({ value, index: 0 } as Place, MAXLOC))
    expect(error.message).toMatch(/MAXLOC got a (number|bigint) as value on one rank/)
  })
})

it('MAXLOC on one rank and MINLOC on another is a mismatch', async () => {
  await runRanks(2, async (world) => {
    const call = world.allreduce({ value: 1, index: 0 }, world.rank === 0 ? MAXLOC : MINLOC)
    expect(await rejection(call)).toBeInstanceOf(CollectiveMismatchError)
  })
})
