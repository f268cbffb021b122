// Every element type through every call.
import { expect, it } from 'vitest'
import { MAX, SUM } from '../../../src/comm/op/built-in.ts'
import { runRanks } from '../../../src/testing/index.ts'
import type { Raw } from '../../../src/wire/datatype.ts'
import { elementTypes } from '../tools.ts'
import { concat, expectSame, ranksOf, valuesOf } from './tools.ts'

it.each(elementTypes.map((ctor) => [ctor.name, ctor] as const))('%s', async (_, ctor) => {
  await runRanks(3, async (world) => {
    const { rank } = world
    const mine = valuesOf(rank, 10, ctor)
    const all = concat(
      ranksOf(3).map((r) => valuesOf(r, 10, ctor)),
      ctor,
    )
    const fold = (op: typeof SUM, upTo: number): Raw => {
      const total = valuesOf(0, 10, ctor).slice() as Raw
      for (let r = 1; r <= upTo; r++) op.combineArrays(total, valuesOf(r, 10, ctor), total)
      return total
    }
    expectSame(await world.bcast(rank === 1 ? mine : null, 1), valuesOf(1, 10, ctor))
    expectSame(await world.allgather(mine), all)
    const gathered = await world.gather(mine, 2)
    if (rank === 2) expectSame(gathered, all)
    expectSame(await world.scatter(rank === 2 ? all : null, 2), mine)
    expectSame((await world.allgatherv(mine)).data, all)
    expectSame(await world.allreduce(mine, SUM), fold(SUM, 2))
    expectSame(await world.scan(mine, MAX), fold(MAX, rank))
    const total = await world.reduce(mine, SUM, 1)
    if (rank === 1) expectSame(total, fold(SUM, 2))
    const { data, counts } = await world.alltoallv({ data: all, counts: [10, 10, 10] })
    expect(counts).toEqual([10, 10, 10])
    expectSame(
      data,
      concat(
        ranksOf(3).map(() => valuesOf(rank, 10, ctor)),
        ctor,
      ),
    )
    expectSame(await world.reduceScatter(all, MAX), valuesOf(rank, 10, ctor))
    const empty = new ctor(0)
    expectSame(await world.allreduce(empty, SUM), empty)
    expectSame(await world.bcast(rank === 0 ? empty : null), empty)
    expectSame(await world.scatter(rank === 0 ? empty : null), empty)
  })
})

it('a Buffer counts as Uint8Array, and memory may be shared', async () => {
  await runRanks(2, async (world) => {
    const all = await world.allgather(Buffer.from([world.rank, 7]))
    expectSame(all, Uint8Array.of(0, 7, 1, 7))
    const shared = new Float64Array(new SharedArrayBuffer(32)).fill(world.rank)
    expect(await world.allreduce(shared, SUM, { into: shared })).toBe(shared)
    expect([...shared]).toEqual([1, 1, 1, 1])
  })
})
