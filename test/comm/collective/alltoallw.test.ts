// Blocks of any type, length and layout from every rank to every rank, against a plain model.
import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import {
  BufferError,
  CollectiveMismatchError,
  CountError,
  MpiError,
  TypeMismatchError,
} from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { subarray, vector } from '../../../src/wire/layout/make.ts'
import { rejection } from '../tools.ts'
import { expectSame, forSizes, onCommunicators, ranksOf } from './tools.ts'
import { fill, kindOf, laid, modelOf, sentFrom } from './w-tools.ts'

const v = (length: number) => new Float64Array(length)

/** What this rank sends, each block in another layout, and null for most that are empty. */
function blocksOf({ rank, size }: Communicator, length: number, way: number) {
  return ranksOf(size).map((to) => {
    const values = sentFrom(rank, to, length)
    if (values.length === 0 && to % 3 !== 0) return null
    const block = laid(way + rank + to, kindOf(rank, to, length).ctor, values.length)
    fill(block, values)
    return block.block
  })
}

describe.each([0, 4096])('eager %i', (eager) => {
  forSizes(
    'arrives in new arrays',
    (world) =>
      onCommunicators(world, async (comm) => {
        for (const length of [0, 1, 7, 300]) {
          const all = await comm.alltoallw(blocksOf(comm, length, 0))
          expect(all).toHaveLength(comm.size)
          for (const [from, found] of all.entries()) {
            const values = sentFrom(from, comm.rank, length)
            if (values.length === 0 && comm.rank % 3 !== 0) expect(found).toBe(null)
            else expectSame(found, values)
          }
        }
      }),
    { eager },
  )

  forSizes(
    'arrives in layouts',
    (world) =>
      onCommunicators(world, async (comm) => {
        for (const [way, length] of [0, 1, 7, 40, 300].entries()) {
          const places = ranksOf(comm.size).map((from) => {
            const { ctor, count } = kindOf(from, comm.rank, length)
            // What is empty may come as null or in any type, to null or to a place of any type.
            return count === 0 && from % 2 === 0 ? null : laid(way + from, ctor, count)
          })
          const into = places.map((place) => place?.block ?? null)
          expect(await comm.alltoallw(blocksOf(comm, length, way), { into })).toBe(into)
          for (const [from, place] of places.entries()) {
            if (place !== null) expectSame(place.data, modelOf(place, sentFrom(from, comm.rank, length)))
          }
        }
      }),
    { eager },
  )

  it.each([1, 2, 3, 5])('transposes a matrix spread over %i ranks', async (size) => {
    await runRanks(
      size,
      async (comm) => {
        const rows = 7
        const n = rows * size
        const mine = Float64Array.from({ length: rows * n }, (_, i) => n * rows * comm.rank + i)
        const turned = v(rows * n)
        const blocks = ranksOf(size).map((s) => ({
          data: mine,
          shape: [rows, rows],
          stride: [1, n],
          offset: s * rows,
        }))
        const into = ranksOf(size).map((r) =>
          subarray(turned, { sizes: [rows, n], subsizes: [rows, rows], starts: [0, r * rows] }),
        )
        await comm.alltoallw(blocks, { into })
        const first = rows * comm.rank
        expectSame(
          turned,
          Float64Array.from({ length: rows * n }, (_, i) => n * (i % n) + first + Math.floor(i / n)),
        )
        // And back, within one array: what is sent is what was there before.
        const back = ranksOf(size).map((r) =>
          subarray(turned, { sizes: [rows, n], subsizes: [rows, rows], starts: [0, r * rows] }),
        )
        const sent = ranksOf(size).map((s) => ({
          data: turned,
          shape: [rows, rows],
          stride: [1, n],
          offset: s * rows,
        }))
        await comm.alltoallw(sent, { into: back })
        expectSame(turned, mine)
      },
      { eager },
    )
  })

  it('exchanges within the blocks themselves', async () => {
    await runRanks(
      3,
      async (comm) => {
        const blocks = ranksOf(3).map((to) => new Int32Array(500).fill(10 * comm.rank + to))
        expect(await comm.alltoallw(blocks, { into: blocks })).toBe(blocks)
        for (const [from, block] of blocks.entries())
          expectSame(block, new Int32Array(500).fill(10 * from + comm.rank))
        // One array, whose halves change places with those of the others.
        const data = Float64Array.of(1, 2, 3, 4, 5, 6).map((x) => x + 10 * comm.rank)
        const parts = ranksOf(3).map((to) => data.subarray(2 * to, 2 * to + 2))
        await comm.alltoallw(parts, { into: [...parts].reverse() })
        const at = 2 * comm.rank
        expectSame(data, Float64Array.of(21 + at, 22 + at, 11 + at, 12 + at, 1 + at, 2 + at))
      },
      { eager },
    )
  })
})

it('results share no memory with what was sent', async () => {
  await runRanks(2, async (comm) => {
    const block = Float64Array.of(comm.rank)
    const [a, b] = await comm.alltoallw([block, block])
    block.fill(-1)
    expect([a, b]).toEqual([Float64Array.of(0), Float64Array.of(1)])
  })
})

it('is in order with other calls, however many are under way', async () => {
  await runRanks(
    4,
    async (comm) => {
      const calls = Array.from({ length: 30 }, (_, k) => {
        const send = ranksOf(4).map((to) =>
          (k + to) % 3 === 0 ? null : new Int16Array(k).fill(k + comm.rank),
        )
        return k % 2 === 0 ? comm.alltoallw(send) : comm.allreduce(k)
      })
      for (const [k, result] of (await Promise.all(calls)).entries()) {
        if (k % 2 === 1) expect(result).toBe(4 * k)
        else
          expect(result).toEqual(
            ranksOf(4).map((from) => ((k + comm.rank) % 3 === 0 ? null : new Int16Array(k).fill(k + from))),
          )
      }
    },
    { delayMs: [0, 5] },
  )
})

describe('wrong arguments', () => {
  const data = v(12)
  const cases: [string, (w: Communicator) => Promise<unknown>, typeof MpiError, RegExp][] = [
    [
      'no list',
      (w) => w.alltoallw(v(3) as never),
      TypeMismatchError,
      /blocks is a Float64Array, but must be a list/,
    ],
    [
      'the form of alltoallv',
      (w) => w.alltoallw({ data } as never),
      TypeMismatchError,
      /blocks is an object/,
    ],
    ['too few blocks', (w) => w.alltoallw([v(1)]), CountError, /blocks has length 1; .*each of the 2 ranks/],
    ['a number', (w) => w.alltoallw([v(1), 3 as never]), TypeMismatchError, /blocks\[1\] is a number/],
    ['a hole', (w) => w.alltoallw([undefined as never, null]), TypeMismatchError, /blocks\[0\] is undefined/],
    ['an item', (w) => w.alltoallw([null, [1] as never]), TypeMismatchError, /blocks\[1\] is a plain array/],
    [
      'a layout that reaches too far',
      (w) => w.alltoallw([null, { data, shape: [3], stride: [6], offset: 0 }]),
      CountError,
      /blocks\[1\]: the layout reaches element 12/,
    ],
    [
      'no list as into',
      (w) => w.alltoallw([null, null], { into: v(2) as never }),
      TypeMismatchError,
      /into is/,
    ],
    [
      'too many places',
      (w) => w.alltoallw([null, null], { into: [v(1), v(1), null] }),
      CountError,
      /length 3/,
    ],
    [
      'one place twice',
      (w) => w.alltoallw([null, null], { into: [data.subarray(0, 4), data.subarray(3, 6)] }),
      BufferError,
      /into\[0\] and into\[1\] share memory/,
    ],
    [
      'columns that meet',
      (w) =>
        w.alltoallw([null, null], {
          into: [
            vector(data, { count: 3, stride: 4, blockLength: 2 }),
            vector(data, { count: 3, stride: 4, offset: 1 }),
          ],
        }),
      BufferError,
      /into\[0\] and into\[1\] share memory/,
    ],
    [
      'a place that overlaps itself',
      (w) => w.alltoallw([null, null], { into: [null, vector(data, { count: 2, stride: 0 })] }),
      BufferError,
      /into\[1\] has the same element in several places/,
    ],
    [
      'a resizable buffer',
      // biome-ignore lint/suspicious/noExplicitAny: newer than the types
      (w) => w.alltoallw([new Float64Array(new (ArrayBuffer as any)(8, { maxByteLength: 16 })), null]),
      BufferError,
      /blocks\[0\] lies in a resizable buffer/,
    ],
    ['an unknown option', (w) => w.alltoallw([null, null], { intos: [] } as never), MpiError, /intos/],
  ]

  it.each(cases)('%s', async (_, call, type, message) => {
    await runRanks(2, async (world) => {
      const error = await rejection(call(world))
      expect(error).toBeInstanceOf(type)
      expect(error.message).toMatch(/^alltoallw on world, rank [01] of 2/)
      expect(error.message).toMatch(message)
      // The order of calls is as it was.
      expect(await world.allreduce(1)).toBe(2)
    })
  })

  it('columns side by side, and rows beside columns, do not meet', async () => {
    await runRanks(2, async (world) => {
      const blocks = ranksOf(2).map((to) => new Float64Array(3).fill(to + 1))
      const matrix = v(12)
      const columns = [0, 1].map((offset) => vector(matrix, { count: 3, stride: 4, offset }))
      await world.alltoallw(blocks, { into: columns })
      const me = world.rank + 1
      expect(matrix).toEqual(Float64Array.of(me, me, 0, 0, me, me, 0, 0, me, me, 0, 0))
      const into = [vector(matrix, { count: 3, stride: 4 }), matrix.subarray(1, 4)] as const
      await world.alltoallw(
        [null, null].map((_, to) => new Float64Array(3).fill(10 * (to + 1))),
        { into },
      )
      expect([...matrix.subarray(0, 5)]).toEqual([10 * me, 10 * me, 10 * me, 10 * me, 10 * me])
    })
  })
})

describe.each([2, 3, 5])('ranks of %i that do not agree', (size) => {
  const odd = size - 1
  const block = (block: unknown) => (w: Communicator) =>
    ranksOf(w.size).map((to) => (w.rank === odd && to === 0 ? block : v(3))) as never
  const cases: [string, (w: Communicator) => never, unknown, RegExp][] = [
    ['more', block(v(4)), v(3), /32 bytes of Float64Array, this rank expects 24 .*its place in into/],
    ['less', block(v(2)), v(3), /16 bytes of Float64Array, this rank expects 24/],
    [
      'another type',
      block(new Float32Array(6)),
      v(3),
      /24 bytes of Float32Array, .* expects 24 bytes of Float64/,
    ],
    ['nothing', block(null), v(3), /sent nothing, this rank expects 24/],
    ['an empty array', block(v(0)), v(3), /sent 0 bytes of Float64Array, this rank expects 24/],
    ['something', block(v(3)), null, /sent 3 x Float64Array, but into\[\d\] is null/],
    ['something for an empty place', block(v(3)), v(0), /sent 3 x Float64Array, .* is 0 x Float64Array/],
  ]

  it.each(cases)('%s than there is a place for', async (_, blocks, wanted, message) => {
    await runRanks(size, async (world) => {
      const into = ranksOf(size).map((from) => (world.rank === 0 && from === odd ? wanted : v(3))) as never
      const error = await rejection(world.alltoallw(blocks(world), { into }).then(() => world.barrier()))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(new RegExp(`rank ${odd} sent`))
      expect(error.message).toMatch(message)
      expect(await rejection(world.barrier())).toBeInstanceOf(CollectiveMismatchError)
    })
  })

  it('with itself', async () => {
    await runRanks(size, async (world) => {
      const into = ranksOf(size).map((from) => (world.rank === 1 && from === 1 ? v(4) : v(3)))
      const error = await rejection(world.alltoallw(block(v(3))(world), { into }).then(() => world.barrier()))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(
        /this rank sends itself 3 x Float64Array, but into\[1\] is 4 x Float64Array/,
      )
    })
  })

  it('on the call', async () => {
    await runRanks(size, async (world) => {
      const data = v(size)
      const call =
        world.rank === odd
          ? world.alltoallv({ data, counts: new Array(size).fill(1) })
          : world.alltoallw(ranksOf(size).map(() => v(1)))
      const error = await rejection((call as Promise<unknown>).then(() => world.barrier()))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(/alltoallw.*alltoallv|alltoallv.*alltoallw/)
    })
  })
})
