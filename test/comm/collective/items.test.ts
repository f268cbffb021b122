// What travels is a clone of the value as it was in the call, to the rank itself too.
import { describe, expect, it } from 'vitest'
import { LAND, MAX, MAXLOC, SUM } from '../../../src/comm/op/built-in.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { ranksOf } from './tools.ts'

const rich = () => ({ when: new Date(7), map: new Map([[1, new Set('a')]]), big: 10n ** 30n, minus: -0 })

describe.each([1, 3])('on %i ranks', (size) => {
  it('an item is the value as it was in the call', async () => {
    await runRanks(size, async (world) => {
      const mine = { rank: world.rank }
      const list = ranksOf(size).map((to) => ({ from: world.rank, to }))
      const calls = [
        world.gather(mine),
        world.allgather(mine),
        world.alltoall(list),
        world.scatter(list),
        world.allreduce(mine, (a, b) => ({ rank: a.rank + b.rank })),
        world.scan(mine, (a, b) => ({ rank: a.rank + b.rank })),
      ] as const
      mine.rank = 100
      for (const item of list) item.from = 100
      const [gathered, all, exchanged, scattered, total, upToMe] = await Promise.all(calls)
      const items = ranksOf(size).map((rank) => ({ rank }))
      expect(gathered).toEqual(world.rank === 0 ? items : undefined)
      expect(all).toEqual(items)
      expect(exchanged).toEqual(ranksOf(size).map((from) => ({ from, to: world.rank })))
      expect(scattered).toEqual({ from: 0, to: world.rank })
      expect(total).toEqual({ rank: (size * (size - 1)) / 2 })
      expect(upToMe).toEqual({ rank: (world.rank * (world.rank + 1)) / 2 })
    })
  })

  it('a rank gets a clone of its own item', async () => {
    await runRanks(size, async (world) => {
      const mine = rich()
      const first = <T>(a: T) => a
      const results = [
        (await world.gather(mine))?.[world.rank],
        (await world.allgather(mine))[world.rank],
        (await world.alltoall(new Array(size).fill(mine)))[world.rank],
        await world.scatter(new Array(size).fill(mine)),
        await world.allreduce(mine, first),
        await world.reduce(mine, first),
        await world.scan(mine, first),
        await world.reduceScatter(new Array(size).fill(mine), first),
      ]
      for (const result of results) {
        if (result === undefined) continue
        expect(result).toEqual(mine)
        expect(result).not.toBe(mine)
        expect(result.map).not.toBe(mine.map)
      }
    })
  })

  it('bcast gives root its value back', async () => {
    await runRanks(size, async (world) => {
      const mine = rich()
      const result = await world.bcast(mine)
      expect(result).toEqual(mine)
      expect(result === mine).toBe(world.rank === 0)
    })
  })
})

it('numbers keep -0, NaN and every bit', async () => {
  await runRanks(5, async (world) => {
    for (const value of [-0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 0.1]) {
      expect(await world.allreduce(value, MAX)).toBe(value)
      expect(await world.bcast(value, 3)).toBe(value)
      expect(await world.allgather(value)).toEqual(new Array(5).fill(value))
      expect(await world.scan(value, MAX)).toBe(value)
    }
  })
})

it('reduces booleans, bigints, locations and mixed lists', async () => {
  await runRanks(5, async (world) => {
    const { rank } = world
    expect(await world.allreduce(rank !== 3, LAND)).toBe(false)
    expect(await world.reduce(3n ** 90n, SUM, 4)).toBe(rank === 4 ? 5n * 3n ** 90n : undefined)
    const place = { value: rank % 3, index: rank }
    expect(await world.allreduce(place, MAXLOC)).toEqual({ value: 2, index: 2 })
    const pair = await world.reduceScatter(ranksOf(5).map((to) => (to % 2 ? BigInt(rank) : rank)))
    expect(pair).toBe(rank % 2 ? 10n : 10)
  })
})

it('a list of numbers is one item', async () => {
  await runRanks(3, async (world) => {
    expect(await world.allgather([world.rank, 7])).toEqual([
      [0, 7],
      [1, 7],
      [2, 7],
    ])
    expect(await world.scatter(world.rank === 1 ? [10, 20, 30] : null, 1)).toBe([10, 20, 30][world.rank])
  })
})

it('undefined and null are items as well', async () => {
  await runRanks(3, async (world) => {
    expect(await world.bcast(world.rank === 0 ? undefined : 1)).toBe(undefined)
    expect(await world.bcast(world.rank === 0 ? null : 1)).toBe(null)
    expect(await world.allgather(undefined)).toEqual([undefined, undefined, undefined])
  })
})

it('a large item goes by scatter and allgather', async () => {
  await runRanks(4, async (world) => {
    const text = 'tsmpi '.repeat(200_000)
    expect((await world.bcast(world.rank === 2 ? { text } : null, 2))?.text).toBe(text)
  })
})
