// Calls without a root: every number of ranks, every communicator, lengths from 0 to 1000.
import { describe, expect } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { MAX, SUM } from '../../../src/comm/op/built-in.ts'
import {
  concat,
  expectSame,
  forSizes,
  lengthsFor,
  onCommunicators,
  ranksOf,
  sumOf,
  valuesOf,
} from './tools.ts'

function matrix(name: string, body: (comm: Communicator, length: number) => Promise<void>): void {
  forSizes(name, (world) =>
    onCommunicators(world, async (comm) => {
      for (const length of lengthsFor(comm.size)) await body(comm, length)
    }),
  )
}

/** Block `to` of what rank `from` sends. */
const block = (from: number, to: number, length: number) => valuesOf(from * 16 + to, length)

/** What `of` gives for each rank, one after another. */
const blocks = (size: number, of: (rank: number) => Float64Array) =>
  concat(
    ranksOf(size).map((rank) => of(rank)),
    Float64Array,
  )

describe('typed arrays', () => {
  matrix('allgather', async (comm, length) => {
    const all = blocks(comm.size, (rank) => valuesOf(rank, length))
    expectSame(await comm.allgather(valuesOf(comm.rank, length)), all)
  })
  matrix('allgatherv', async (comm, length) => {
    const lengthOf = (rank: number) => (rank * length) % 17
    const result = await comm.allgatherv(valuesOf(comm.rank, lengthOf(comm.rank)))
    expectSame(
      result.data,
      blocks(comm.size, (rank) => valuesOf(rank, lengthOf(rank))),
    )
    expect(result.counts).toEqual(ranksOf(comm.size).map(lengthOf))
  })
  matrix('alltoall', async (comm, length) => {
    const input = blocks(comm.size, (to) => block(comm.rank, to, length))
    expectSame(
      await comm.alltoall(input),
      blocks(comm.size, (from) => block(from, comm.rank, length)),
    )
  })
  matrix('alltoallv', async (comm, length) => {
    const lengthOf = (from: number, to: number) => (from * length + to) % 13
    const counts = ranksOf(comm.size).map((to) => lengthOf(comm.rank, to))
    const data = blocks(comm.size, (to) => block(comm.rank, to, counts[to]!))
    const result = await comm.alltoallv({ data, counts })
    expect(result.counts).toEqual(ranksOf(comm.size).map((from) => lengthOf(from, comm.rank)))
    const wanted = blocks(comm.size, (from) => block(from, comm.rank, lengthOf(from, comm.rank)))
    expectSame(result.data, wanted)
  })
  matrix('allreduce', async (comm, length) => {
    expectSame(await comm.allreduce(valuesOf(comm.rank, length), SUM), sumOf(ranksOf(comm.size), length))
  })
  matrix('reduceScatter', async (comm, length) => {
    const total = sumOf(ranksOf(comm.size), length * comm.size)
    const mine = await comm.reduceScatter(valuesOf(comm.rank, length * comm.size), SUM)
    expectSame(mine, total.slice(comm.rank * length, (comm.rank + 1) * length))
  })
  matrix('reduceScatter with counts', async (comm, length) => {
    const counts = ranksOf(comm.size).map((rank) => (rank * length) % 17)
    const start = counts.slice(0, comm.rank).reduce((a, b) => a + b, 0)
    const all = counts.reduce((a, b) => a + b, 0)
    const mine = await comm.reduceScatter(valuesOf(comm.rank, all), SUM, { counts })
    expectSame(mine, sumOf(ranksOf(comm.size), all).slice(start, start + counts[comm.rank]!))
  })
  matrix('scan and exscan', async (comm, length) => {
    const value = valuesOf(comm.rank, length)
    expectSame(await comm.scan(value), sumOf(ranksOf(comm.rank + 1), length))
    expect(await comm.exscan(value)).toEqual(comm.rank === 0 ? undefined : sumOf(ranksOf(comm.rank), length))
  })
})

describe('items and scalars', () => {
  forSizes('allgather, alltoall', (world) =>
    onCommunicators(world, async (comm) => {
      const item = (from: number, to: number) => ({ from, to, text: 'y'.repeat(from * 30 + to) })
      expect(await comm.allgather(item(comm.rank, 0))).toEqual(ranksOf(comm.size).map((r) => item(r, 0)))
      const list = ranksOf(comm.size).map((to) => item(comm.rank, to))
      expect(await comm.alltoall(list)).toEqual(ranksOf(comm.size).map((from) => item(from, comm.rank)))
    }),
  )
  forSizes('reductions', (world) =>
    onCommunicators(world, async (comm) => {
      const { rank, size } = comm
      const upTo = (n: number) => (n * (n - 1)) / 2
      expect(await comm.allreduce(rank)).toBe(upTo(size))
      expect(await comm.allreduce(rank, MAX)).toBe(size - 1)
      expect(await comm.allreduce(2n ** 70n * BigInt(rank))).toBe(2n ** 70n * BigInt(upTo(size)))
      expect(await comm.scan(rank)).toBe(upTo(rank + 1))
      expect(await comm.exscan(rank)).toBe(rank === 0 ? undefined : upTo(rank))
      expect(await comm.reduceScatter(ranksOf(size).map((to) => to * 100 + rank))).toBe(
        rank * 100 * size + upTo(size),
      )
      expect(
        await comm.reduceScatter(
          ranksOf(size).map((to) => `${rank}${to}`),
          (a, b) => `${a} ${b}`,
        ),
      ).toBe(
        ranksOf(size)
          .map((from) => `${from}${rank}`)
          .join(' '),
      )
    }),
  )
})

describe('barrier', () => {
  forSizes('nobody leaves before the last has come', async (world) => {
    let last = 0
    for (let turn = 0; turn < 5; turn++) {
      // A chain of messages makes ranks come at very different times.
      if (world.rank > 0) last = await world.recv(world.rank - 1)
      if (world.rank < world.size - 1) await world.send(turn, world.rank + 1)
      const before = await world.allreduce(last, MAX)
      await world.barrier()
      expect(before).toBeLessThanOrEqual(turn)
    }
  })
})
