// Where results go: `into`, in place, and never into the input.
import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { SUM } from '../../../src/comm/op/built-in.ts'
import { createOp } from '../../../src/comm/op/user.ts'
import { BufferError, CountError, TypeMismatchError } from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { rejection } from '../tools.ts'
import { ranksOf } from './tools.ts'

const N = 6
const mineOf = (world: Communicator) => Float64Array.from({ length: N }, (_, i) => world.rank * 10 + i)
const whole = createOp((a: Float64Array, b: Float64Array) => a.map((x, i) => x + b[i]!))

/** Calls whose result has the input's length, and as much on every rank. */
const sameLength: Record<string, (world: Communicator, v: Float64Array, o?: object) => Promise<unknown>> = {
  allreduce: (world, v, o) => world.allreduce(v, SUM, o),
  'allreduce, user function': (world, v, o) => world.allreduce(v, whole, o),
  scan: (world, v, o) => world.scan(v, SUM, o),
  'scan, user function': (world, v, o) => world.scan(v, whole, o),
  alltoall: (world, v, o) => world.alltoall(v, o),
}

describe.each([1, 2, 3, 6])('on %i ranks', (size) => {
  it.each(Object.keys(sameLength))('%s: result, into and in place agree', async (name) => {
    const call = sameLength[name]!
    await runRanks(size, async (world) => {
      const input = mineOf(world)
      const result = (await call(world, input)) as Float64Array
      expect(input).toEqual(mineOf(world))
      expect(result.buffer).not.toBe(input.buffer)
      const into = new Float64Array(N + 3).subarray(2, N + 2)
      expect(await call(world, input, { into })).toBe(into)
      expect(into).toEqual(result)
      expect(input).toEqual(mineOf(world))
      expect(await call(world, input, { into: input })).toBe(input)
      expect(input).toEqual(result)
    })
  })

  it('reduce and exscan: only where there is a result', async () => {
    await runRanks(size, async (world) => {
      for (const root of ranksOf(size)) {
        const wanted = await world.reduce(mineOf(world), SUM, root)
        const input = mineOf(world)
        const into = new Float64Array(N)
        const result = await world.reduce(input, SUM, root, { into })
        expect(result).toBe(world.rank === root ? into : undefined)
        expect(into).toEqual(wanted ?? new Float64Array(N))
        await world.reduce(input, SUM, root, { into: input })
        expect(input).toEqual(wanted ?? mineOf(world))
      }
      const below = await world.exscan(mineOf(world))
      const input = mineOf(world)
      expect(await world.exscan(input, SUM, { into: input })).toBe(world.rank === 0 ? undefined : input)
      expect(input).toEqual(below ?? mineOf(world))
    })
  })

  it('gather, allgather, scatter: into, and in place in its own block', async () => {
    await runRanks(size, async (world) => {
      const { rank } = world
      const all = Float64Array.from(
        ranksOf(size).flatMap((r) => Array.from({ length: N }, (_, i) => r * 10 + i)),
      )
      for (const root of ranksOf(size)) {
        const into = new Float64Array(N * size)
        const own = into.subarray(rank * N, (rank + 1) * N)
        expect(await world.gather(mineOf(world), root, { into })).toBe(rank === root ? into : undefined)
        if (rank === root) expect(into).toEqual(all)
        into.fill(0)
        own.set(mineOf(world))
        await world.gather(own, root, { into })
        if (rank === root) expect(into).toEqual(all)
        into.fill(0)
        own.set(mineOf(world))
        expect(await world.allgather(own, { into })).toBe(into)
        expect(into).toEqual(all)
        const part = rank === root ? own : new Float64Array(N)
        expect(await world.scatter(rank === root ? into : null, root, { into: part })).toBe(part)
        expect(part).toEqual(mineOf(world))
        const fresh = await world.scatter(into, root)
        expect(fresh.buffer).not.toBe(into.buffer)
      }
    })
  })

  it('reduceScatter: into, and in place in its own block', async () => {
    await runRanks(size, async (world) => {
      const { rank } = world
      const input = Float64Array.from({ length: N * size }, (_, i) => i + rank)
      const result = await world.reduceScatter(input)
      expect(result.buffer).not.toBe(input.buffer)
      const into = new Float64Array(N)
      expect(await world.reduceScatter(input, SUM, { into })).toBe(into)
      expect(into).toEqual(result)
      const own = input.subarray(rank * N, (rank + 1) * N)
      expect(await world.reduceScatter(input, SUM, { into: own })).toBe(own)
      expect(own).toEqual(result)
    })
  })

  it.each([N, 60 * N])('another view of the same memory is in place, with %i elements', async (length) => {
    await runRanks(size, async (world) => {
      const { rank } = world
      const values = () => Float64Array.from({ length }, (_, i) => 2 ** rank + i)
      const views = (array: Float64Array) => [array, new Float64Array(array.buffer)] as const
      for (const call of Object.values(sameLength)) {
        const [input, into] = views(values())
        expect(await call(world, input, { into })).toBe(into)
        expect(into).toEqual(await call(world, values()))
      }
      for (const root of ranksOf(size)) {
        const [input, into] = views(values())
        await world.reduce(input, SUM, root, { into })
        const wanted = values().map((_, i) => 2 ** size - 1 + i * size)
        expect(into).toEqual(rank === root ? wanted : values())
      }
      const [input, into] = views(values())
      await world.exscan(input, SUM, { into })
      expect(into).toEqual((await world.exscan(values())) ?? values())
      const [all] = views(values())
      const own = new Float64Array(all.buffer, (rank * all.byteLength) / size, length / size)
      await world.reduceScatter(all, SUM, { into: own })
      expect(own).toEqual(await world.reduceScatter(values()))
    })
  })

  it('bcast: into receives, and leaves the values passed alone', async () => {
    await runRanks(size, async (world) => {
      for (const root of ranksOf(size)) {
        const value = mineOf(world)
        const into = new Float64Array(N)
        expect(await world.bcast(value, root, { into })).toBe(into)
        expect(into).toEqual(Float64Array.from({ length: N }, (_, i) => root * 10 + i))
        expect(value).toEqual(mineOf(world))
      }
    })
  })
})

describe('what does not fit is refused before the call', () => {
  type Call = (world: Communicator, o: { into: never }) => Promise<unknown>
  const calls: Record<string, Call> = {
    bcast: (world, o) => world.bcast(new Float64Array(N), 0, o),
    gather: (world, o) => world.gather(new Float64Array(N / 3), 0, o),
    scatter: (world, o) => world.scatter(new Float64Array(N * 3), 0, o),
    allgather: (world, o) => world.allgather(new Float64Array(N / 3), o),
    alltoall: (world, o) => world.alltoall(new Float64Array(N), o),
    reduce: (world, o) => world.reduce(new Float64Array(N), SUM, 0, o),
    allreduce: (world, o) => world.allreduce(new Float64Array(N), SUM, o),
    reduceScatter: (world, o) => world.reduceScatter(new Float64Array(N * 3), SUM, o),
    scan: (world, o) => world.scan(new Float64Array(N), SUM, o),
    exscan: (world, o) => world.exscan(new Float64Array(N), SUM, o),
  }
  it.each(Object.keys(calls))('%s', async (name) => {
    await runRanks(3, async (world) => {
      if (world.rank !== 0) return
      const refused = async (into: unknown, error: new () => Error) => {
        const found = await rejection(calls[name]!(world, { into: into as never }))
        expect(found).toBeInstanceOf(error)
        expect(found.message).toMatch(`${name} on world, rank 0 of 3: into`)
      }
      await refused(new Float64Array(N + 1), CountError)
      await refused(new Float64Array(N - 1), CountError)
      await refused(new Float32Array(N), TypeMismatchError)
      await refused([1, 2, 3], TypeMismatchError)
      await refused(null, TypeMismatchError)
    })
  })

  it('overlap that is not in place', async () => {
    await runRanks(2, async (world) => {
      const memory = new Float64Array(20)
      const [input, into] = [memory.subarray(0, 4), memory.subarray(2, 6)]
      const attempts = [
        world.allreduce(input, SUM, { into }),
        world.scan(input, SUM, { into }),
        world.alltoall(input, { into }),
        world.allgather(input, { into: memory.subarray(1, 9) }),
        world.reduceScatter(memory.subarray(0, 8), SUM, { into }),
        world.reduce(input, SUM, world.rank, { into }),
        world.gather(input, world.rank, { into: memory.subarray(1, 9) }),
        world.scatter(memory.subarray(0, 8), world.rank, { into }),
        world.bcast(input, world.rank, { into }),
        world.alltoallv({ data: input, counts: [2, 2] }, { into: { data: into } }),
        world.allgatherv(input, { into: { data: memory.subarray(0, 10) } }),
      ]
      for (const attempt of attempts) expect(await rejection(attempt)).toBeInstanceOf(BufferError)
      // None of these calls has taken place.
      expect(await world.allreduce(1)).toBe(2)
    })
  })

  it('into for an item', async () => {
    await runRanks(1, async (world) => {
      const into = new Float64Array(1)
      const attempts = [
        world.bcast(1, 0, { into }),
        world.gather(1, 0, { into }),
        world.scatter([1], 0, { into }),
        world.allgather(1, { into }),
        world.alltoall([1], { into }),
        world.allreduce(1, SUM, { into }),
        world.reduce(1, SUM, 0, { into }),
        world.scan(1, SUM, { into }),
        world.reduceScatter([1], SUM, { into }),
      ] as Promise<unknown>[]
      for (const attempt of attempts) expect(await rejection(attempt)).toBeInstanceOf(TypeMismatchError)
    })
  })
})
