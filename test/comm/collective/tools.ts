/** What the tests of collective calls share. */

import { expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { type RunOptions, runRanks } from '../../../src/testing/index.ts'
import type { Raw, TypedCtor } from '../../../src/wire/datatype.ts'
import { same } from '../tools.ts'

/** Powers of two, their neighbours, and primes. */
export const sizes = [1, 2, 3, 4, 5, 7, 8, 13, 16] as const

/** Lengths of blocks: none, one, fewer elements than ranks, and many. */
export function lengthsFor(size: number): number[] {
  return [...new Set([0, 1, size - 1, 1000])]
}

/** The ranks 0 to size - 1. */
export function ranksOf(size: number): number[] {
  return Array.from({ length: size }, (_, rank) => rank)
}

/** One test per number of ranks. Every run has a schedule of its own; a failure names its seed. */
export function forSizes(
  name: string,
  program: (world: Communicator) => Promise<void>,
  options?: RunOptions,
): void {
  it.each(sizes)(`${name}, %i ranks`, async (size) => {
    await runRanks(size, program, options)
  })
}

/** Runs `body` on world, a duplicate, world with its ranks turned round, and every other rank. */
export async function onCommunicators(
  world: Communicator,
  body: (comm: Communicator) => Promise<void>,
): Promise<void> {
  await body(world)
  await body(await world.dup())
  await body((await world.split(0, -world.rank))!)
  await body((await world.split(world.rank % 2, 0))!)
}

/** What rank `rank` brings in: `length` small integers that differ by rank and place. */
export function valuesOf<T extends Raw = Float64Array>(
  rank: number,
  length: number,
  ctor: TypedCtor<T> = Float64Array as unknown as TypedCtor<T>,
): T {
  const array = new ctor(length)
  const big = ctor.name.startsWith('Big')
  for (let i = 0; i < length; i++) {
    const value = ((rank * 7 + i * 3) % 11) + 1
    ;(array as { [i: number]: number | bigint })[i] = big ? BigInt(value) : value
  }
  return array
}

/** Arrays one after another. */
export function concat<T extends Raw>(arrays: readonly T[], ctor: TypedCtor<T>): T {
  const all = new ctor(arrays.reduce((length, array) => length + array.length, 0))
  let at = 0
  for (const array of arrays) {
    ;(all as Float64Array).set(array as Float64Array, at)
    at += array.length
  }
  return all
}

/** Expects two typed arrays to have the same type and bits; `toEqual` alone is slow and knows no -0. */
export function expectSame(found: unknown, wanted: Raw): void {
  if (same(found, wanted)) return
  expect(found).toEqual(wanted)
  expect.fail('the arrays differ in bits')
}

/** The sum of what ranks bring in, as `valuesOf` gives it. */
export function sumOf(ranks: readonly number[], length: number): Float64Array {
  const total = new Float64Array(length)
  for (const rank of ranks) {
    const values = valuesOf(rank, length)
    for (let i = 0; i < length; i++) total[i]! += values[i]!
  }
  return total
}
