// Counts and displs: what they mean, and what is wrong with wrong ones.
import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import {
  BufferError,
  CancelledError,
  CollectiveMismatchError,
  CountError,
  TypeMismatchError,
} from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { rejection } from '../tools.ts'
import { concat, expectSame, ranksOf } from './tools.ts'

const filled = (length: number, value: number) => new Float64Array(length).fill(value)

describe('displs', () => {
  it('scatterv: any order, gaps and overlaps', async () => {
    await runRanks(3, async (world) => {
      const data = Float64Array.of(0, 1, 2, 3, 4, 5, 6)
      const blocks = world.rank === 2 ? { data, counts: [2, 3, 0], displs: [5, 0, 99] } : null
      const mine = await world.scatterv(blocks, 2)
      expect(mine).toEqual([Float64Array.of(5, 6), Float64Array.of(0, 1, 2), filled(0, 0)][world.rank])
    })
  })

  it('gatherv and allgatherv: any order and gaps, longer data', async () => {
    await runRanks(3, async (world) => {
      const wanted = Float64Array.of(1, 1, -1, 2, 2, 2, -1, -1, 0, -1)
      const displs = [8, 0, 3]
      const value = filled(world.rank + 1, world.rank)
      const data = filled(10, -1)
      const all = await world.allgatherv(value, { into: { data, displs } })
      expect(all.data).toBe(data)
      expect(all).toEqual({ data: wanted, counts: [1, 2, 3], displs })
      const root = { data: filled(10, -1), counts: Int32Array.of(1, 2, 3), displs: Int32Array.from(displs) }
      const result = await world.gatherv(value, 1, { into: root })
      if (world.rank === 1) expect(result).toEqual({ data: wanted, counts: [1, 2, 3], displs })
      else expect(result).toBe(undefined)
    })
  })

  it('alltoallv: result goes back the way it came', async () => {
    await runRanks(4, async (world) => {
      const data = Float64Array.from({ length: 10 }, (_, i) => world.rank * 100 + i)
      const counts = [1, 2, 3, 4]
      const there = await world.alltoallv({ data, counts })
      expect(there.counts).toEqual(new Array(4).fill(world.rank + 1))
      const back = await world.alltoallv(there)
      expect(back.data).toEqual(data)
      expect(back.counts).toEqual(counts)
      const displs = [9, 7, 4, 0]
      const turned = await world.alltoallv(there, { into: { data: filled(12, -1), displs } })
      expect(turned.data[9]).toBe(data[0])
      expect(turned.data.subarray(0, 4)).toEqual(data.subarray(6))
    })
  })
})

describe('alltoallv of short data and long', () => {
  // What is short goes another way than what is long, and either may stand alone among the ranks.
  const cases = [
    ['all short', () => 3],
    ['one long', (from: number) => (from === 1 ? 3000 : 2)],
    ['one short', (from: number) => (from === 1 ? 1 : 2500)],
    ['at the border', (from: number, size: number) => Math.floor(2048 / size) + (from % 2)],
    ['one empty', (from: number) => (from === 0 ? 0 : 40)],
  ] as const
  it.each(cases)('%s', async (_, lengthOf) => {
    for (const size of [1, 2, 3, 5]) {
      await runRanks(size, async (world) => {
        const value = (from: number, to: number, i: number) => 1e6 * from + 1e4 * to + i
        const mine = lengthOf(world.rank, size)
        const block = (from: number, to: number) =>
          Float64Array.from({ length: lengthOf(from, size) }, (_, i) => value(from, to, i))
        // The blocks from behind to front, with a gap after each.
        const displs = ranksOf(size).map((to) => (size - 1 - to) * (mine + 1))
        const data = filled(size * (mine + 1), -1)
        for (const to of ranksOf(size)) data.set(block(world.rank, to), displs[to])
        const counts = ranksOf(size).map(() => mine)
        const wanted = concat(
          ranksOf(size).map((from) => block(from, world.rank)),
          Float64Array,
        )
        const found = await world.alltoallv({ data, counts, displs })
        expectSame(found.data, wanted)
        expect(found.counts).toEqual(ranksOf(size).map((from) => lengthOf(from, size)))
        const room = { data: filled(wanted.length + 2, -2) }
        await world.alltoallv({ data, counts, displs }, { into: room })
        expectSame(room.data, concat([wanted, filled(2, -2)], Float64Array))
        // All get as much; in place there must be room for it everywhere.
        if (ranksOf(size).some((r) => wanted.length > size * (lengthOf(r, size) + 1))) return
        await world.alltoallv({ data, counts, displs }, { into: { data } })
        expectSame(data.subarray(0, wanted.length), wanted)
      })
    }
  })
})

describe('a rank alone', () => {
  it('may leave anything in the displ of an empty block', async () => {
    await runRanks(1, async (world) => {
      const data = Float64Array.of(1, 2)
      const none = { data, counts: [0], displs: [100] }
      const { counts } = await world.alltoallv(none, { into: { data, displs: [100] } })
      expect(counts).toEqual([0])
      await world.allgatherv(data.subarray(2), { into: { data, displs: [100] } })
      await world.gatherv(data.subarray(2), 0, { into: { data, displs: [100] } })
      expect(await world.scatterv(none, 0, { into: data.subarray(2) })).toHaveLength(0)
      expect(data).toEqual(Float64Array.of(1, 2))
    })
  })

  const data = Float64Array.of(1, 2, 3, 4)
  const two = { data, counts: [2], displs: [1] }
  const into = () => ({ into: { data: filled(5, -1), displs: [2] } })
  const placed = Float64Array.of(-1, -1, 2, 3, -1)

  it('gets copies, where it wants them', async () => {
    await runRanks(1, async (world) => {
      const own = data.subarray(1, 3)
      for (const call of [
        (o?: object) => world.alltoallv(two, o),
        (o?: object) => world.allgatherv(own, o),
        async (o?: object) => (await world.gatherv(own, 0, o))!,
      ]) {
        const found = await call()
        expect(found).toEqual({ data: own, counts: [2], displs: [0] })
        expect(found.data.buffer).not.toBe(data.buffer)
        expect((await call(into())).data).toEqual(placed)
      }
      const part = await world.scatterv(two)
      expect(part).toEqual(own)
      expect(part.buffer).not.toBe(data.buffer)
      const turned = await world.alltoallv(two, { into: { data: data.slice() } })
      expect(turned.data).toEqual(Float64Array.of(2, 3, 3, 4))
      const same = data.slice()
      await world.alltoallv({ ...two, data: same }, { into: { data: same } })
      expect(same).toEqual(Float64Array.of(2, 3, 3, 4))
      expect(await world.alltoall(data)).toEqual(data)
    })
  })

  it('meets the errors that others do, and no call after them', async () => {
    for (const [options, type, message] of [
      [
        { into: { data, counts: [1] } },
        CollectiveMismatchError,
        /rank 0 sends 2 elements, but into.counts\[0\] is 1/,
      ],
      [
        { into: { data: filled(1, 0) } },
        CollectiveMismatchError,
        /does not fit: the block of rank 0, 2 elements/,
      ],
      [{ signal: AbortSignal.abort() }, CancelledError, /given up by its signal/],
    ] as const) {
      await runRanks(1, async (world) => {
        const error = await rejection(world.allgatherv(filled(2, 0), options))
        expect(error).toBeInstanceOf(type)
        expect(error.message).toMatch(message)
        expect(await rejection(world.alltoallv(two))).toBeInstanceOf(type)
        expect(await rejection(world.barrier())).toBeInstanceOf(type)
      })
    }
  })
})

describe('in place', () => {
  it("a rank's own block", async () => {
    await runRanks(3, async (world) => {
      const { rank } = world
      const data = filled(6, -1)
      const displs = [0, 1, 3]
      const own = data.subarray(displs[rank], displs[rank]! + rank + 1).fill(rank)
      const wanted = Float64Array.of(0, 1, 1, 2, 2, 2)
      await world.allgatherv(own, { into: { data, displs } })
      expect(data).toEqual(wanted)
      await world.gatherv(own, 2, { into: { data, counts: [1, 2, 3] } })
      expect(data).toEqual(wanted)
      const part = await world.scatterv(rank === 2 ? { data, counts: [1, 2, 3] } : null, 2, { into: own })
      expect(part).toBe(own)
      expect(data).toEqual(wanted)
    })
  })

  it('alltoallv within one array', async () => {
    await runRanks(3, async (world) => {
      const data = Float64Array.from({ length: 6 }, (_, i) => world.rank * 10 + i)
      const counts = [2, 2, 2]
      const wanted = (await world.alltoallv({ data, counts })).data
      const result = await world.alltoallv({ data, counts }, { into: { data } })
      expect(result.data).toBe(data)
      expect(data).toEqual(wanted)
    })
  })

  it('is not guessed from lengths that have not come yet', async () => {
    await runRanks(1, async (world) => {
      const data = filled(4, 1)
      const error = await rejection(world.allgatherv(data.subarray(0, 2), { into: { data } }))
      expect(error).toBeInstanceOf(BufferError)
      expect(error.message).toMatch('into.counts or into.displs')
    })
  })
})

describe('refused before the call', () => {
  type Call = (world: Communicator) => Promise<unknown>
  const data = filled(6, 0)
  const calls: [string, Call, new () => Error, string][] = [
    ['counts too few', (w) => w.scatterv({ data, counts: [6] }), CountError, 'counts has length 1'],
    ['negative count', (w) => w.scatterv({ data, counts: [1, -1] }), CountError, 'counts[1] is -1'],
    ['count no integer', (w) => w.alltoallv({ data, counts: [1.5, 1] }), CountError, 'counts[0] is 1.5'],
    [
      'count not a number',
      (w) => w.alltoallv({ data, counts: ['1', 1] as never }),
      CountError,
      'counts[0] is 1',
    ],
    ['beyond the end', (w) => w.alltoallv({ data, counts: [3, 4] }), CountError, 'block of rank 1'],
    ['displ beyond', (w) => w.scatterv({ data, counts: [3, 3], displs: [0, 4] }), CountError, 'from 4 on'],
    ['no counts', (w) => w.scatterv(data as never), TypeMismatchError, 'a Float64Array alone'],
    [
      'no data',
      (w) => w.alltoallv({ counts: [1, 1] } as never),
      TypeMismatchError,
      '{ data, counts, displs? }',
    ],
    ['an item', (w) => w.gatherv({ a: 1 } as never), TypeMismatchError, 'gather takes them'],
    ['a number', (w) => w.allgatherv(1 as never), TypeMismatchError, 'allgather takes them'],
    [
      'blocks that overlap where they arrive',
      (w) => w.allgatherv(data, { into: { data: filled(9, 0), counts: [6, 3], displs: [0, 5] } }),
      CountError,
      'ranks 0 and 1 overlap',
    ],
    [
      'another type',
      (w) => w.allgatherv(data, { into: { data: new Int32Array(9) } as never }),
      TypeMismatchError,
      'into.data is an Int32Array',
    ],
  ]
  it.each(calls)('%s', async (_, call, error, message) => {
    await runRanks(2, async (world) => {
      if (world.rank === 0) {
        const found = await rejection(call(world))
        expect(found).toBeInstanceOf(error)
        expect(found.message).toMatch(' on world, rank 0 of 2: ')
        expect(found.message).toContain(message)
      }
      expect(await world.allreduce(1)).toBe(2)
    })
  })
})

describe('what only the lengths of others show', () => {
  const intos = {
    'other counts': { data: filled(10, 0), counts: [2, 2, 2] },
    'too short': { data: filled(5, 0) },
    overlapping: { data: filled(10, 0), displs: [0, 1, 2] },
    'beyond the end': { data: filled(10, 0), displs: [0, 1, 8] },
  }
  it.each(Object.entries(intos))('%s: every rank is told', async (_, into) => {
    await runRanks(3, async (world) => {
      const options = world.rank === 1 ? { into } : {}
      const error = await rejection(
        world.allgatherv(filled(world.rank + 1, 0), options).then(() => world.barrier()),
      )
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch('allgatherv on world, rank 1 of 3')
    })
  })
})
