// Bracketed by rank alone, reductions have the same bits whatever the placement, and by whatever way they go.
import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { SUM } from '../../../src/comm/op/built-in.ts'
import { createOp } from '../../../src/comm/op/user.ts'
import { Simulation } from '../../../src/testing/simulation.ts'
import { expectSame, ranksOf } from '../collective/tools.ts'
import { type Placement, placements, runRanksOn } from '../on-boards.ts'
import { random } from '../tools.ts'

/** Sums that depend on their bracketing in the last bits: random terms of very different size and both signs. */
function termsOf(rank: number, length: number): Float64Array {
  const draw = random(rank * 7919 + length)
  return Float64Array.from({ length }, () => (draw() - 0.5) * 10 ** Math.floor(draw() * 12))
}

const add = createOp((a: Float64Array, b: Float64Array) => a.map((x, i) => x + b[i]!), { commutative: true })
const addItems = (a: { sum: number }, b: { sum: number }) => ({ sum: a.sum + b.sum })

/** On both sides of what goes in one piece, by leaders or by lanes, and by one algorithm or another between them. */
const lengths = [1, 1000, 9000, 25_000]

async function sums(world: Communicator): Promise<Float64Array[]> {
  const { rank, size } = world
  const results: (Float64Array | undefined)[] = []
  const one = termsOf(rank, 1)[0]!
  const number = (value: number | undefined) => (value === undefined ? undefined : Float64Array.of(value))
  for (const length of lengths) {
    const terms = termsOf(rank, length)
    results.push(await world.allreduce(terms), await world.reduce(terms, SUM, size - 1))
    results.push(await world.scan(terms), await world.exscan(terms))
    results.push(
      await world.allreduce(terms, add),
      await world.reduce(terms, add),
      await world.scan(terms, add),
    )
    results.push(await world.reduceScatter(termsOf(rank, size * Math.min(length, 300))))
    const copy = terms.slice()
    results.push(await world.allreduce(copy, SUM, { into: copy }))
  }
  results.push(number(await world.allreduce(one)), number(await world.reduce(one, SUM, size >> 1)))
  results.push(number(await world.scan(one)), number(await world.exscan(one)))
  results.push(number(await world.reduceScatter(Array.from(termsOf(rank, size)))))
  const item = { sum: one }
  results.push(number((await world.allreduce(item, addItems)).sum))
  results.push(number((await world.reduce(item, addItems))?.sum))
  results.push(number((await world.scan(item, addItems)).sum))
  results.push(
    number(
      (
        await world.reduceScatter(
          ranksOf(size).map((i) => ({ sum: one * i })),
          addItems,
        )
      ).sum,
    ),
  )
  return results.map((result) => result ?? new Float64Array(0))
}

const ways: Record<string, Placement> = {
  ...placements,
  'each alone': (size) => ranksOf(size),
  twos: (size) => ranksOf(size).map((rank) => rank >> 1),
}

/** All by messages: no host's ranks share memory. */
const byMessages = (size: number) => new Simulation(size, sums, {}, { bracketing: 'rank' }).verdict

describe.each([3, 5, 6, 8, 12])('%i ranks', (size) => {
  const wanted = runRanksOn({ canFetch: true }, undefined, 'rank')(size, sums)

  async function expectAsOnOneHost(found: Promise<Float64Array[][]>): Promise<void> {
    const all = await wanted
    for (const [rank, results] of (await found).entries()) {
      results.forEach((result, i) => {
        expectSame(result, all[rank]![i]!)
      })
    }
  }

  it('one host, without reading from each other', () =>
    expectAsOnOneHost(
      runRanksOn({ canFetch: false, cells: 2, cellBytes: 512 }, undefined, 'rank')(size, sums),
    ))
  it('by messages', () => expectAsOnOneHost(byMessages(size)))
  it.each(Object.keys(ways))('hosts: %s', (name) =>
    expectAsOnOneHost(runRanksOn({ canFetch: true }, ways[name], 'rank')(size, sums)),
  )
  it('hosts of fours, without reading from each other', () =>
    expectAsOnOneHost(runRanksOn({ canFetch: false }, placements.fours, 'rank')(size, sums)))
})

it('depends on the placement otherwise', async () => {
  const inThrees = await runRanksOn({ canFetch: true }, placements.threes)(8, sums)
  const inHalves = await runRanksOn({ canFetch: true }, placements.halves)(8, sums)
  expect(inThrees).not.toEqual(inHalves)
})
