/** Layouts that do not fit a collective call, and layouts in lists of items. */

import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { MINLOC, SUM } from '../../../src/comm/op/built-in.ts'
import {
  BufferError,
  CollectiveMismatchError,
  CountError,
  OpError,
  TypeMismatchError,
} from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { vector } from '../../../src/wire/layout/make.ts'
import type { Strided } from '../../../src/wire/layout/nd-view.ts'
import { rejection } from '../tools.ts'
import { columns, elements, notLayouts } from './tools.ts'

const N = 6
type Call = (comm: Communicator, o: { into: never }) => Promise<unknown>
const strided = (count: number, data: Float64Array | Float32Array = new Float64Array(3 * count + 1)) =>
  vector(data as Float64Array, { count, stride: 3 })

/** Calls of 3 ranks whose result has N elements. */
const calls: Record<string, Call> = {
  bcast: (comm, o) => comm.bcast(new Float64Array(N), 0, o),
  gather: (comm, o) => comm.gather(strided(N / 3), 0, o),
  scatter: (comm, o) => comm.scatter(new Float64Array(N * 3), 0, o),
  allgather: (comm, o) => comm.allgather(strided(N / 3), o),
  alltoall: (comm, o) => comm.alltoall(new Float64Array(N), o),
  reduce: (comm, o) => comm.reduce(strided(N), SUM, 0, o),
  allreduce: (comm, o) => comm.allreduce(new Float64Array(N), SUM, o),
  reduceScatter: (comm, o) => comm.reduceScatter(strided(N * 3), SUM, o),
  scan: (comm, o) => comm.scan(new Float64Array(N), SUM, o),
  exscan: (comm, o) => comm.exscan(strided(N), SUM, o),
  scatterv: (comm, o) => comm.scatterv({ data: strided(N + 5), counts: [N, 2, 3] }, 0, o),
}

describe.each(Object.keys(calls))('%s', (name) => {
  it('refuses an into that does not fit before the call', async () => {
    await runRanks(3, async (comm) => {
      if (comm.rank === 0) {
        const refused = async (into: unknown, error: new (message: string) => Error, message: string) => {
          const found = await rejection(calls[name]!(comm, { into: into as never }))
          expect(found).toBeInstanceOf(error)
          expect(found.message).toContain(`${name} on world, rank 0 of 3: `)
          expect(found.message).toContain(message)
          expect(found.message).not.toContain('subarray')
        }
        const wanted = `but the result is a Float64Array of length ${N}; give a layout of ${N}`
        await refused(strided(N + 1), CountError, `into has ${N + 1} elements, ${wanted}`)
        await refused(strided(N - 1), CountError, `into has ${N - 1} elements, ${wanted}`)
        await refused(strided(N, new Float32Array(99)), TypeMismatchError, 'into is a Float32Array, but')
        const twice = { data: new Float64Array(9), shape: [2, N / 2], stride: [0, 1], offset: 0 }
        await refused(twice, BufferError, 'into has the same element in several places')
        const beyond = { data: new Float64Array(9), shape: [N], stride: [2], offset: 0 }
        await refused(beyond, CountError, 'into: the layout reaches element 10, beyond data')
        await refused(notLayouts[0]![1], TypeMismatchError, 'into')
      }
      expect(await comm.allreduce(1)).toBe(3)
    })
  })
})

it('input that cannot be cut, reduced, or read is refused before the call', async () => {
  await runRanks(3, async (comm) => {
    const gone = new Float64Array(8)
    const lost = vector(gone, { count: 3, stride: 2 })
    structuredClone(gone.buffer, { transfer: [gone.buffer] })
    const attempts: [Promise<unknown>, new (message: string) => Error, string][] = [
      [comm.alltoall(strided(4)), CountError, 'alltoall on world'],
      [comm.scatter(strided(4), comm.rank), CountError, '4 elements cannot be cut in 3 equal blocks'],
      [comm.reduceScatter(strided(4)), CountError, '4 elements cannot be cut in 3 equal blocks'],
      [comm.reduceScatter(strided(4), SUM, { counts: [1, 1, 1] }), CountError, 'counts add up to 3'],
      [comm.allreduce(strided(3), MINLOC as never), OpError, 'MINLOC'],
      [comm.allreduce(lost), BufferError, 'value has no memory any more'],
      [
        comm.gather({ ...strided(3), data: new Float64Array(2), shape: [3], stride: [1], offset: 0 }),
        CountError,
        'value: the layout',
      ],
      [
        comm.allreduce(5, SUM, { into: strided(1) as never }),
        TypeMismatchError,
        'pass a typed array instead',
      ],
      [
        comm.bcast({ a: 1 }, comm.rank, { into: strided(1) as never }),
        TypeMismatchError,
        'root passes an item',
      ],
    ]
    for (const [attempt, error, message] of attempts) {
      const found = await rejection(attempt)
      expect([message, found]).toEqual([message, expect.any(error)])
      expect(found.message).toContain(message)
    }
    expect(await comm.allreduce(1)).toBe(3)
  })
})

it.each<[string, Call]>([
  ['bcast', (comm, o) => comm.bcast(new Float64Array(N), 0, comm.rank === 0 ? undefined : o)],
  ['scatter', (comm, o) => comm.scatter(new Float64Array(2 * N), 0, comm.rank === 0 ? undefined : o)],
  [
    'scatterv',
    (comm, o) => comm.scatterv({ data: strided(2 * N), counts: [N, N] }, 0, comm.rank === 0 ? undefined : o),
  ],
  ['allreduce', (comm) => comm.allreduce(strided(N + comm.rank))],
  ['gather', (comm) => comm.gather(strided(N + comm.rank))],
])('%s: another length or type on another rank is a mismatch', async (name, call) => {
  for (const into of [strided(N + 1), strided(N, new Float32Array(99))]) {
    const error = await rejection(
      runRanks(2, async (comm) => {
        await call(comm, { into: into as never })
        await comm.barrier()
      }),
    )
    expect(error).toBeInstanceOf(CollectiveMismatchError)
    expect(error.message).toContain(name)
    expect(into.data.every((x) => x === 0)).toBe(true)
  }
})

it('root passes an item, and another rank a layout to fill', async () => {
  const error = await rejection(
    runRanks(2, async (comm) => {
      await comm.bcast(comm.rank === 0 ? { a: 1 } : (strided(2) as never), 0)
      await comm.barrier()
    }),
  )
  expect(error).toBeInstanceOf(CollectiveMismatchError)
})

describe.each(columns)('%s', (_, layout) => {
  it('in a list of items arrives as the typed array of its elements', async () => {
    await runRanks(2, async (comm) => {
      const { rank } = comm
      const list = [layout(elements(100 * rank)), layout(elements(100 * rank + 50))] as never
      const sent = (from: number, to: number) =>
        Float64Array.of(1, 11, 21).map((x) => x + 100 * from + 50 * to)
      expect(await comm.scatter(list, 1)).toEqual(sent(1, rank))
      expect(await comm.alltoall(list)).toEqual([sent(0, rank), sent(1, rank)])
    })
  })

  it('without into is sent and gathered as its elements, row by row', async () => {
    await runRanks(3, async (comm) => {
      const mine = layout(elements(100 * comm.rank))
      const all = [1, 11, 21, 101, 111, 121, 201, 211, 221]
      expect(await comm.allgather(mine)).toEqual(Float64Array.from(all))
      expect(await comm.gather(mine, 2)).toEqual(comm.rank === 2 ? Float64Array.from(all) : undefined)
      // A receiver that passes nothing gets a new array.
      const got = await comm.bcast<Strided | null>(comm.rank === 1 ? mine : null, 1)
      if (comm.rank === 1) expect(got).toBe(mine)
      else expect(got).toEqual(Float64Array.of(101, 111, 121))
    })
  })
})
