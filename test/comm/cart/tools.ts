/** What the tests of grids share: shapes, and a model of a grid that counts places instead of computing them. */

import type { Cart } from '../../../src/comm/cart/cart.ts'
import type { Communicator } from '../../../src/comm/communicator.ts'

/** Shapes of 1 to 12 ranks in 0 to 4 dimensions: rings of one and two, lines, and grids. */
export const shapes: readonly (readonly number[])[] = [
  [],
  [1],
  [2],
  [3],
  [5],
  [7],
  [1, 1],
  [2, 3],
  [3, 2],
  [1, 6],
  [12, 1],
  [2, 4],
  [2, 2, 2],
  [3, 2, 2],
  [1, 2, 3],
  [2, 1, 2, 3],
  [2, 2, 1, 2],
]

/** Ways of closing `n` dimensions: all of them up to two, then none, all, and mixtures. */
export function somePeriods(n: number): boolean[][] {
  const ways = n <= 2 ? Array.from({ length: 2 ** n }, (_, bits) => bits) : [0, 2 ** n - 1, 0b0101, 0b1010]
  return ways.map((bits) => Array.from({ length: n }, (_, d) => (bits >> d) % 2 === 1))
}

export function product(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a * b, 1)
}

/** The coordinates of all ranks, in order: counting with as many digits as there are dimensions. */
export function places(dims: readonly number[]): number[][] {
  const [first, ...rest] = dims
  if (first === undefined) return [[]]
  return Array.from({ length: first }, (_, at) => places(rest).map((coords) => [at, ...coords])).flat()
}

/** The neighbour of `rank` one place below or above along dimension `d`, looked up by coordinates. */
export function neighborOf(
  dims: readonly number[],
  periods: readonly boolean[],
  rank: number,
  d: number,
  by: -1 | 1,
): number | null {
  const all = places(dims)
  const wanted = [...all[rank]!]
  wanted[d]! += by
  if (periods[d] && wanted[d] === -1) wanted[d] = dims[d]! - 1
  if (periods[d] && wanted[d] === dims[d]) wanted[d] = 0
  const found = all.findIndex((coords) => coords.every((at, i) => at === wanted[i]))
  return found < 0 ? null : found
}

/** The neighbours of `rank` in the order of the neighbour collectives. */
export function neighborsOf(dims: readonly number[], periods: readonly boolean[], rank: number) {
  return dims.flatMap((_, d) => [
    neighborOf(dims, periods, rank, d, -1),
    neighborOf(dims, periods, rank, d, 1),
  ])
}

/** Runs `body` on grids that close these dims in different ways, with the model of its neighbours. */
export async function onGrids(
  world: Communicator,
  dims: readonly number[],
  body: (cart: Cart, neighbors: readonly (number | null)[]) => Promise<void>,
): Promise<void> {
  for (const periods of somePeriods(dims.length)) {
    const cart = await world.createCart(dims, { periods })
    await body(cart, neighborsOf(dims, periods, cart.rank))
    cart.free()
  }
}
