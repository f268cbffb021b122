// What the types of results are. tsc checks this file; running it only shows that the calls exist.
import { expectTypeOf, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { MAXLOC, SUM } from '../../../src/comm/op/built-in.ts'
import type { Raw } from '../../../src/wire/datatype.ts'

it('types follow values', () => {
  const check = async (world: Communicator) => {
    const doubles = new Float64Array(4)
    const here = world.rank === 0

    expectTypeOf(await world.bcast(here ? doubles : undefined)).toEqualTypeOf<Float64Array<ArrayBuffer>>()
    expectTypeOf(await world.bcast(here ? { a: 1 } : null)).toEqualTypeOf<{ a: number }>()
    expectTypeOf(await world.bcast<string>(undefined, 1)).toEqualTypeOf<string>()

    expectTypeOf(await world.gather(1)).toEqualTypeOf<number[] | undefined>()
    expectTypeOf(await world.gather(doubles)).toEqualTypeOf<Float64Array | undefined>()
    expectTypeOf(await world.gather(Buffer.alloc(1))).toEqualTypeOf<Uint8Array | undefined>()
    expectTypeOf(await world.gather([1, 2])).toEqualTypeOf<number[][] | undefined>()
    expectTypeOf(await world.allgather({ a: 'x' })).toEqualTypeOf<{ a: string }[]>()
    expectTypeOf(await world.allgather(doubles, { into: new Float64Array(8) })).toEqualTypeOf<
      Float64Array<ArrayBuffer>
    >()
    expectTypeOf((await world.allgatherv(doubles)).data).toEqualTypeOf<Float64Array>()
    expectTypeOf((await world.gatherv(new Int8Array(1)))?.displs).toEqualTypeOf<
      readonly number[] | undefined
    >()

    expectTypeOf(await world.scatter(here ? doubles : null)).toEqualTypeOf<Float64Array>()
    expectTypeOf(await world.scatter(here ? ['a', 'b'] : undefined)).toEqualTypeOf<string>()
    expectTypeOf(await world.scatter<{ a: 1 }>(undefined)).toEqualTypeOf<{ a: 1 }>()
    expectTypeOf(
      await world.scatterv(here ? { data: doubles, counts: [4] } : null),
    ).toEqualTypeOf<Float64Array>()
    expectTypeOf(await world.alltoall(['a'])).toEqualTypeOf<string[]>()
    expectTypeOf(await world.alltoall(doubles)).toEqualTypeOf<Float64Array>()
    expectTypeOf((await world.alltoallv({ data: doubles, counts: [4] })).data).toEqualTypeOf<Float64Array>()

    expectTypeOf(await world.allreduce(1)).toEqualTypeOf<number>()
    expectTypeOf(await world.allreduce(1n, SUM)).toEqualTypeOf<bigint>()
    expectTypeOf(await world.allreduce(true, SUM)).toEqualTypeOf<boolean>()
    expectTypeOf(await world.allreduce('a', (a, b) => a + b)).toEqualTypeOf<string>()
    expectTypeOf(await world.allreduce(doubles, SUM)).toEqualTypeOf<Float64Array>()
    expectTypeOf(
      await world.allreduce(doubles, (a, b) => a.map((x, i) => x + b[i]!)),
    ).toEqualTypeOf<Float64Array>()
    expectTypeOf(await world.allreduce({ value: 1, index: 2 }, MAXLOC)).toEqualTypeOf<{
      value: number
      index: number
    }>()
    expectTypeOf(await world.reduce(doubles, SUM, 0, { into: doubles })).toEqualTypeOf<
      Float64Array<ArrayBuffer> | undefined
    >()
    expectTypeOf(await world.scan(1)).toEqualTypeOf<number>()
    expectTypeOf(await world.exscan(1)).toEqualTypeOf<number | undefined>()
    expectTypeOf(await world.reduceScatter(doubles)).toEqualTypeOf<Float64Array>()
    expectTypeOf(await world.reduceScatter([1, 2])).toEqualTypeOf<number>()
    expectTypeOf(await world.allreduce(doubles as Raw)).toEqualTypeOf<Raw>()

    // @ts-expect-error v forms take typed arrays only
    await world.allgatherv([1, 2])
    // @ts-expect-error a function must give what it takes
    await world.allreduce(1, (a: number, b: number) => `${a}${b}`)
    // @ts-expect-error a list is scattered, not a number
    await world.scatter(5)
  }
  expectTypeOf(check).toBeFunction()
})
