/** Input and result of a collective call in one memory: in place, apart from each other in one array, and overlapping. */

import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { SUM } from '../../../src/comm/op/built-in.ts'
import { BufferError } from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { indexed, vector } from '../../../src/wire/layout/make.ts'
import type { Strided } from '../../../src/wire/layout/nd-view.ts'
import { ranksOf } from '../collective/tools.ts'
import { rejection } from '../tools.ts'
import { kindNames, laidOut } from './kinds.ts'

const sizes = [1, 2, 3, 5]
const N = 30
const mineOf = (rank: number) => Float64Array.from({ length: N }, (_, i) => rank * 100 + i)

type Call = (comm: Communicator, value: never, o: { into?: never }) => Promise<unknown>
const sameLength: Record<string, Call> = {
  bcast: (comm, v, o) => comm.bcast(v, 0, o),
  reduce: (comm, v, o) => comm.reduce(v, SUM, 0, o),
  allreduce: (comm, v, o) => comm.allreduce(v, SUM, o),
  scan: (comm, v, o) => comm.scan(v, SUM, o),
  exscan: (comm, v, o) => comm.exscan(v, SUM, o),
  alltoall: (comm, v, o) => comm.alltoall(v, o),
}

describe.each(Object.keys(sameLength))('%s', (name) => {
  const call = sameLength[name]!

  it.each(sizes)('in place, on %i ranks', async (size) => {
    await runRanks(size, async (comm) => {
      const wanted = (await call(comm, mineOf(comm.rank) as never, {})) as Float64Array | undefined
      for (const k of kindNames.keys()) {
        const mine = laidOut(k + comm.rank, mineOf(comm.rank))
        const result = await call(comm, mine.given as never, { into: mine.given as never })
        expect(result).toBe(wanted && mine.given)
        mine.expect(wanted ?? mineOf(comm.rank))
      }
      // The same elements, described in two ways, and as an array.
      const data = mineOf(comm.rank)
      const there = ndarray(data, [5, 6])
      const list = indexed(data, { displs: [0, 10, 20], blockLengths: 10 })
      expect(await call(comm, there as never, { into: list as never })).toBe(wanted && list)
      expect(data).toEqual(wanted ?? mineOf(comm.rank))
      data.set(mineOf(comm.rank))
      expect(await call(comm, data as never, { into: there as never })).toBe(wanted && there)
      expect(data).toEqual(wanted ?? mineOf(comm.rank))
    })
  })

  it('from one column to another, and other overlaps are refused', async () => {
    await runRanks(2, async (comm) => {
      const data = new Float64Array(4 * N)
      const column = (offset: number, stride = 4) => vector(data, { count: N, stride, offset })
      for (const [i, x] of mineOf(comm.rank).entries()) data[4 * i + 1] = x
      const wanted = (await call(comm, mineOf(comm.rank) as never, {})) as Float64Array | undefined
      const into = column(3)
      expect(await call(comm, column(1) as never, { into: into as never })).toBe(wanted && into)
      for (const i of ranksOf(N)) {
        expect(data[4 * i + 3]).toBe(wanted ? wanted[i] : 0)
        expect(data[4 * i + 1]).toBe(100 * comm.rank + i)
      }
      if (comm.rank === 1) return
      const upsideDown = { data, shape: [N], stride: [-4], offset: 4 * N - 3 }
      const overlapping: [string, Strided | Float64Array][] = [
        ['the same elements in another order', upsideDown],
        ['one of them', column(1 + 2 * N, 1)],
        ['an array around them', data.subarray(0, N)],
        ['by a list', indexed(data, { displs: [...ranksOf(N - 1).map((i) => 4 * i), 1] })],
        ['others of their bytes', vector(new Float64Array(data.buffer), { count: N, stride: 2, offset: 1 })],
        ['as another type', vector(new Float32Array(data.buffer), { count: N, stride: 1, offset: 2 })],
      ]
      for (const [what, other] of overlapping) {
        const error = await rejection(call(comm, column(1) as never, { into: other as never }))
        expect([what, error]).toEqual([what, expect.any(BufferError)])
        expect(error.message).toMatch(
          new RegExp(
            `^${name} on world, rank 0 of 2: into overlaps the input; give separate memory, or the input itself`,
          ),
        )
      }
    })
  })
})

it.each(sizes)('gather, allgather, scatter, reduceScatter in its own block, on %i ranks', async (size) => {
  await runRanks(size, async (comm) => {
    const { rank } = comm
    const n = 6
    const data = new Float64Array(3 * n * size + 1)
    const all = vector(data, { count: n * size, stride: 3, offset: 1 })
    const own = { data, shape: [2, 3], stride: [9, 3], offset: 1 + 3 * n * rank }
    const place = (i: number) => 1 + 3 * i
    const put = (start: number, values: readonly number[]) => {
      for (const [i, x] of values.entries()) data[place(start + i)] = x
    }
    const mine = ranksOf(n).map((i) => 10 * rank + i)
    const everything = ranksOf(n * size).map((i) => 10 * Math.floor(i / n) + (i % n))
    const shown = () => ranksOf(n * size).map((i) => data[place(i)])
    const others = () => data.filter((_, i) => i % 3 !== 1).every((x) => x === 0)
    put(rank * n, mine)
    expect(await comm.allgather(own, { into: all })).toBe(all)
    expect(shown()).toEqual(everything)
    for (const root of ranksOf(size)) {
      data.fill(0)
      put(rank * n, mine)
      expect(await comm.gather(own, root, { into: all })).toBe(rank === root ? all : undefined)
      if (rank === root) expect(shown()).toEqual(everything)
      expect(await comm.scatter(rank === root ? all : null, root, { into: own })).toBe(own)
      expect(shown().slice(rank * n, rank * n + n)).toEqual(mine)
    }
    put(0, everything)
    expect(await comm.reduceScatter(all, SUM, { into: own })).toBe(own)
    expect(shown()).toEqual(everything.map((x, i) => (Math.floor(i / n) === rank ? x * size : x)))
    expect(others()).toBe(true)
    // Blocks of other lengths, in place as well.
    const counts = ranksOf(size).map((r) => (r === 0 ? n * size - (size - 1) : 1))
    const start = rank === 0 ? 0 : counts[0]! + rank - 1
    const part = vector(data, { count: counts[rank]!, stride: 3, offset: place(start) })
    put(0, everything)
    expect(await comm.reduceScatter(all, SUM, { into: part, counts })).toBe(part)
    expect(shown().slice(start, start + counts[rank]!)).toEqual(
      everything.slice(start, start + counts[rank]!).map((x) => x * size),
    )
  })
})

it('an own block of another rank, or an overlap that is none, is refused', async () => {
  await runRanks(2, async (comm) => {
    const data = new Float64Array(40)
    const all = vector(data, { count: 8, stride: 2 })
    const block = (r: number) => vector(data, { count: 4, stride: 2, offset: 8 * r })
    const wrong = block(1 - comm.rank)
    const attempts = [
      comm.gather(wrong, comm.rank, { into: all }),
      comm.allgather(wrong, { into: all }),
      comm.scatter(all, comm.rank, { into: wrong }),
      comm.reduceScatter(all, SUM, { into: wrong }),
    ]
    for (const attempt of attempts) {
      const error = await rejection(attempt)
      expect(error).toBeInstanceOf(BufferError)
      expect(error.message).toMatch(
        /into overlaps the input; give separate memory, or let one of them be this rank's own/,
      )
    }
    // None of these calls has taken place.
    expect(await comm.allreduce(1)).toBe(2)
    // Two layouts whose elements alternate share none.
    const between = vector(data, { count: 8, stride: 2, offset: 1 })
    expect(await comm.allgather(block(comm.rank), { into: between })).toBe(between)
  })
})
