// The same ranks and sizes give the same bits, whatever arrives first.
import { it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { SUM } from '../../../src/comm/op/built-in.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { expectSame, sizes } from './tools.ts'

// Sums that depend on their bracketing in the last bits: terms of very different size and both signs.
const termsOf = (rank: number, length: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin(rank * 12.9 + i) * 10 ** ((rank * 7 + i) % 12))

async function sums(world: Communicator): Promise<Float64Array[]> {
  const { rank, size } = world
  const results: Float64Array[] = []
  for (const length of [1, 50, 40_000]) {
    const terms = termsOf(rank, length)
    results.push(await world.allreduce(terms, SUM))
    results.push((await world.reduce(terms, SUM, size - 1)) ?? new Float64Array(0))
    results.push(await world.scan(terms), (await world.exscan(terms)) ?? new Float64Array(0))
    results.push(await world.reduceScatter(termsOf(rank, size * Math.min(length, 100))))
  }
  results.push(Float64Array.of(await world.allreduce(termsOf(rank, 1)[0]!)))
  return results
}

it.each(sizes)('two schedules, one result, %i ranks', async (size) => {
  const [once, again] = [
    await runRanks(size, sums, { seed: 1, eager: 0 }),
    await runRanks(size, sums, { seed: 2, eager: 1 << 20, delayMs: [0, 5] }),
  ]
  once.forEach((results, rank) => {
    for (const [i, result] of results.entries()) expectSame(result, again[rank]![i]!)
    // allreduce comes first of each five, and is the same on all ranks.
    for (const i of [0, 5, 10, 15]) expectSame(results[i], once[0]![i]!)
  })
})

it('reduce has the same bits whoever is root', async () => {
  const roots = await Promise.all(
    [0, 3, 6].map(async (root) => {
      const results = await runRanks(7, (world) => world.reduce(termsOf(world.rank, 100), SUM, root))
      return results[root]
    }),
  )
  for (const result of roots) expectSame(result, roots[0]!)
})
