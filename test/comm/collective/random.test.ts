// Random programs of collective calls in random schedules, several under way at once on two communicators.
// A failure prints fast-check's seed, which gives the same program, schedule and sizes again.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { MAX, SUM } from '../../../src/comm/op/built-in.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { concat, expectSame, ranksOf, sumOf, valuesOf } from './tools.ts'

interface Step {
  readonly kind: keyof typeof calls
  readonly rootDraw: number
  readonly length: number
  readonly onDup: boolean
  /** Whether the call is awaited before the next one begins. */
  readonly wait: boolean
}

/** Makes a call and resolves once its result is checked. */
type Call = (comm: Communicator, root: number, length: number) => Promise<void>

const block = (from: number, to: number, length: number) => valuesOf(from * 16 + to, length)
const all = (size: number, of: (rank: number) => Float64Array) => concat(ranksOf(size).map(of), Float64Array)

const calls = {
  barrier: (comm) => comm.barrier(),
  async bcast(comm, root, length) {
    const data = valuesOf(root, length)
    const mine = comm.rank === root ? data : comm.rank % 2 ? new Float64Array(length) : undefined
    expectSame(await comm.bcast(mine, root), data)
  },
  async bcastItem(comm, root, length) {
    const value = comm.rank === root ? { root, text: 'z'.repeat(length) } : null
    expect(await comm.bcast(value, root)).toEqual({ root, text: 'z'.repeat(length) })
  },
  async gather(comm, root, length) {
    const result = await comm.gather(valuesOf(comm.rank, length), root)
    if (comm.rank === root)
      expectSame(
        result,
        all(comm.size, (rank) => valuesOf(rank, length)),
      )
  },
  async gatherv(comm, root, length) {
    const lengthOf = (rank: number) => (rank * length) % 29
    const result = await comm.gatherv(valuesOf(comm.rank, lengthOf(comm.rank)), root)
    if (comm.rank === root)
      expectSame(
        result?.data,
        all(comm.size, (rank) => valuesOf(rank, lengthOf(rank))),
      )
  },
  async scatter(comm, root, length) {
    const values = comm.rank === root ? all(comm.size, (rank) => valuesOf(rank, length)) : null
    expectSame(await comm.scatter(values, root), valuesOf(comm.rank, length))
  },
  async allgather(comm, _, length) {
    const result = await comm.allgather(valuesOf(comm.rank, length))
    expectSame(
      result,
      all(comm.size, (rank) => valuesOf(rank, length)),
    )
  },
  async allgatherItem(comm) {
    expect(await comm.allgather(`${comm.rank}`)).toEqual(ranksOf(comm.size).map(String))
  },
  async alltoall(comm, _, length) {
    const result = await comm.alltoall(all(comm.size, (to) => block(comm.rank, to, length)))
    expectSame(
      result,
      all(comm.size, (from) => block(from, comm.rank, length)),
    )
  },
  async alltoallv(comm, _, length) {
    const lengthOf = (from: number, to: number) => (from * 5 + to * length) % 23
    const counts = ranksOf(comm.size).map((to) => lengthOf(comm.rank, to))
    const data = all(comm.size, (to) => block(comm.rank, to, counts[to]!))
    const result = await comm.alltoallv({ data, counts })
    expectSame(
      result.data,
      all(comm.size, (from) => block(from, comm.rank, lengthOf(from, comm.rank))),
    )
  },
  async reduce(comm, root, length) {
    const result = await comm.reduce(valuesOf(comm.rank, length), SUM, root)
    if (comm.rank === root) expectSame(result, sumOf(ranksOf(comm.size), length))
  },
  async allreduce(comm, _, length) {
    const input = valuesOf(comm.rank, length)
    expectSame(await comm.allreduce(input, SUM, { into: input }), sumOf(ranksOf(comm.size), length))
  },
  async allreduceNumber(comm) {
    expect(await comm.allreduce(comm.rank, MAX)).toBe(comm.size - 1)
  },
  async allreduceText(comm) {
    const joined = await comm.allreduce(`${comm.rank},`, (a, b) => a + b)
    expect(joined).toBe(
      ranksOf(comm.size)
        .map((rank) => `${rank},`)
        .join(''),
    )
  },
  async reduceScatter(comm, _, length) {
    const result = await comm.reduceScatter(valuesOf(comm.rank, length * comm.size))
    const total = sumOf(ranksOf(comm.size), length * comm.size)
    expectSame(result, total.slice(comm.rank * length, (comm.rank + 1) * length))
  },
  async scan(comm, _, length) {
    expectSame(await comm.scan(valuesOf(comm.rank, length)), sumOf(ranksOf(comm.rank + 1), length))
  },
  async exscan(comm, _, length) {
    const result = await comm.exscan(valuesOf(comm.rank, length))
    if (comm.rank > 0) expectSame(result, sumOf(ranksOf(comm.rank), length))
  },
} satisfies Record<string, Call>

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...(Object.keys(calls) as Step['kind'][])),
  rootDraw: fc.nat({ max: 1000 }),
  // Lengths on both sides of what is sent without waiting (4096 bytes), and of what is sent in parts.
  length: fc.oneof({ weight: 12, arbitrary: fc.nat({ max: 700 }) }, fc.constant(60_000)),
  onDup: fc.boolean(),
  wait: fc.boolean(),
})

it('random programs', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        size: fc.integer({ min: 1, max: 9 }),
        seed: fc.integer(),
        eager: fc.constantFrom(0, 64, 4096, 1 << 30),
        delayMs: fc.constantFrom<0 | [number, number]>(0, [0, 3]),
      }),
      fc.array(step, { minLength: 1, maxLength: 12 }),
      async ({ size, ...options }, steps) => {
        await runRanks(size, (world) => run(world, steps), options)
      },
    ),
    { numRuns: 60 },
  )
})

async function run(world: Communicator, steps: readonly Step[]): Promise<void> {
  const dup = await world.dup()
  const held: Promise<void>[] = []
  for (const { kind, rootDraw, length, onDup, wait } of steps) {
    const call = calls[kind](onDup ? dup : world, rootDraw % world.size, length)
    if (wait) await call
    else held.push(call)
  }
  await Promise.all(held)
}
