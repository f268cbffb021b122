// Calls with a root: every root, every number of ranks, every communicator, lengths from 0 to 1000.
import { describe, expect } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { SUM } from '../../../src/comm/op/built-in.ts'
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

/** Runs `body` on all communicators, for every root and length. */
function matrix(
  name: string,
  body: (comm: Communicator, root: number, length: number) => Promise<void>,
): void {
  forSizes(name, (world) =>
    onCommunicators(world, async (comm) => {
      for (const root of ranksOf(comm.size))
        for (const length of lengthsFor(comm.size)) await body(comm, root, length)
    }),
  )
}

function expectResult(comm: Communicator, root: number, found: unknown, wanted: Float64Array): void {
  if (comm.rank === root) expectSame(found, wanted)
  else expect(found).toBe(undefined)
}

describe('typed arrays', () => {
  matrix('bcast', async (comm, root, length) => {
    const data = valuesOf(root, length)
    const mine = comm.rank === root ? data.slice() : new Float64Array(length)
    expect(await comm.bcast(mine, root)).toBe(mine)
    expectSame(mine, data)
    expectSame(await comm.bcast(comm.rank === root ? data : undefined, root), data)
  })
  matrix('gather', async (comm, root, length) => {
    const all = concat(
      ranksOf(comm.size).map((rank) => valuesOf(rank, length)),
      Float64Array,
    )
    const result = await comm.gather(valuesOf(comm.rank, length), root)
    expectResult(comm, root, result, all)
  })
  matrix('gatherv', async (comm, root, length) => {
    const lengthOf = (rank: number) => (rank * length) % 17
    const all = ranksOf(comm.size).map((rank) => valuesOf(rank, lengthOf(rank)))
    const result = await comm.gatherv(valuesOf(comm.rank, lengthOf(comm.rank)), root)
    if (comm.rank !== root) return expect(result).toBe(undefined)
    expectSame(result?.data, concat(all, Float64Array))
    expect(result?.counts).toEqual(all.map((array) => array.length))
  })
  matrix('scatter', async (comm, root, length) => {
    const all = concat(
      ranksOf(comm.size).map((rank) => valuesOf(rank, length)),
      Float64Array,
    )
    expectSame(await comm.scatter(comm.rank === root ? all : null, root), valuesOf(comm.rank, length))
  })
  matrix('scatterv', async (comm, root, length) => {
    const counts = ranksOf(comm.size).map((rank) => (rank * length) % 17)
    const data = concat(
      counts.map((count, rank) => valuesOf(rank, count)),
      Float64Array,
    )
    const mine = await comm.scatterv(comm.rank === root ? { data, counts } : null, root)
    expectSame(mine, valuesOf(comm.rank, counts[comm.rank]!))
  })
  matrix('reduce', async (comm, root, length) => {
    const total = sumOf(ranksOf(comm.size), length)
    const result = await comm.reduce(valuesOf(comm.rank, length), SUM, root)
    expectResult(comm, root, result, total)
  })
})

describe('items', () => {
  forSizes('bcast, gather, scatter, reduce', (world) =>
    onCommunicators(world, async (comm) => {
      const item = (rank: number) => ({ rank, text: 'x'.repeat(rank * 100), list: [rank, [rank]] })
      const all = ranksOf(comm.size).map(item)
      for (const root of ranksOf(comm.size)) {
        const here = comm.rank === root
        expect(await comm.bcast(here ? item(root) : 'ignored', root)).toEqual(item(root))
        expect(await comm.gather(item(comm.rank), root)).toEqual(here ? all : undefined)
        expect(await comm.scatter(here ? all : undefined, root)).toEqual(item(comm.rank))
        const joined = await comm.reduce(`<${comm.rank}>`, (a, b) => a + b, root)
        expect(joined).toBe(here ? all.map(({ rank }) => `<${rank}>`).join('') : undefined)
      }
    }),
  )
})
