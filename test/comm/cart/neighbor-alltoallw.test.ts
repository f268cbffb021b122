// Blocks of any type, length and layout to every neighbour, against a model of the grid; and halos within one array.
import { describe, expect, it } from 'vitest'
import type { Cart } from '../../../src/comm/cart/cart.ts'
import { CollectiveMismatchError, CountError, TypeMismatchError } from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { subarray } from '../../../src/wire/layout/make.ts'
import { expectSame } from '../collective/tools.ts'
import { fill, kindOf, laid, modelOf, sentFrom } from '../collective/w-tools.ts'
import { rejection } from '../tools.ts'
import { onGrids, product, shapes } from './tools.ts'

/** What goes down arrives from above: block 2d + 1 of the one below comes to place 2d, and the other way round. */
const twin = (i: number): number => i ^ 1

/** With messages that never wait, and with messages that all do. */
const lengths = { 4096: [0, 5], 0: [1, 300] } as const

describe.each(shapes.map((dims) => ({ dims })))('in a grid of $dims', ({ dims }) => {
  it.each([4096, 0] as const)('neighborAlltoallw, eager %i', async (eager) => {
    await runRanks(
      product(dims),
      (world) =>
        onGrids(world, dims, async (cart, neighbors) => {
          for (const length of lengths[eager]) await exchange(cart, neighbors, length)
        }),
      { eager },
    )
  })
})

async function exchange(cart: Cart, neighbors: readonly (number | null)[], length: number): Promise<void> {
  const blocks = neighbors.map((_, i) => {
    const values = sentFrom(cart.rank, i, length)
    if (values.length === 0) return null
    const block = laid(i + cart.rank, kindOf(cart.rank, i, length).ctor, values.length)
    fill(block, values)
    return block.block
  })
  for (const [i, found] of (await cart.neighborAlltoallw(blocks)).entries()) {
    const from = neighbors[i]!
    if (from === null || kindOf(from, twin(i), length).count === 0) expect(found).toBe(null)
    else expectSame(found, sentFrom(from, twin(i), length))
  }
  const places = neighbors.map((from, i) => {
    if (from === null) return i % 3 === 0 ? null : laid(i, Float64Array, 4)
    const { ctor, count } = kindOf(from, twin(i), length)
    return count === 0 && i % 2 === 0 ? null : laid(2 * i + 1, ctor, count)
  })
  const into = places.map((place) => place?.block ?? null)
  expect(await cart.neighborAlltoallw(blocks, { into })).toBe(into)
  for (const [i, place] of places.entries()) {
    const from = neighbors[i]!
    if (place === null) continue
    if (from === null) expectSame(place.data, new Float64Array(place.data.length))
    else expectSame(place.data, modelOf(place, sentFrom(from, twin(i), length)))
  }
}

it.each([
  { dims: [1, 1], periods: true },
  { dims: [2, 3], periods: false },
  { dims: [3, 2], periods: [true, false] },
])('exchanges the halo of one array: $dims, closed: $periods', async ({ dims, periods }) => {
  const [rows, cols] = [4, 3]
  const [height, width] = [rows + 2, cols + 2]
  await runRanks(product(dims), async (world) => {
    const cart = await world.createCart(dims, { periods: periods as boolean })
    // The value of a place is its number in the whole grid; the halo does not know it yet.
    const value = (rank: number, i: number, j: number): number => 1000 * (rank + 1) + 10 * i + j
    const grid = new Float64Array(height * width)
    const model = new Float64Array(height * width)
    for (let i = 1; i <= rows; i++) {
      for (let j = 1; j <= cols; j++) grid[i * width + j] = model[i * width + j] = value(cart.rank, i, j)
    }
    const part = (subsizes: number[], starts: number[]) =>
      subarray(grid, { sizes: [height, width], subsizes, starts })
    const row = (i: number) => part([1, cols], [i, 1])
    const col = (j: number) => part([rows, 1], [1, j])
    const edges = [row(1), row(rows), col(1), col(cols)]
    const halo = [row(0), row(rows + 1), col(0), col(cols + 1)]
    await cart.neighborAlltoallw(edges, { into: halo })
    const [up, down, left, right] = cart.neighbors
    for (let j = 1; j <= cols; j++) {
      if (up !== null) model[j] = value(up!, rows, j)
      if (down !== null) model[(rows + 1) * width + j] = value(down!, 1, j)
    }
    for (let i = 1; i <= rows; i++) {
      if (left !== null) model[i * width] = value(left!, i, cols)
      if (right !== null) model[i * width + cols + 1] = value(right!, i, 1)
    }
    expectSame(grid, model)
  })
})

describe('what is wrong', () => {
  const v = (length: number) => new Float64Array(length)

  it('with the arguments', async () => {
    await runRanks(2, async (world) => {
      const cart = await world.createCart([2])
      const few = await rejection(cart.neighborAlltoallw([v(1)]))
      expect(few).toBeInstanceOf(CountError)
      expect(few.message).toMatch(
        /neighborAlltoallw on .*blocks has length 1; .*2 neighbours \(those that do not exist count too\)/,
      )
      const odd = await rejection(cart.neighborAlltoallw([v(1), 'x' as never]))
      expect(odd).toBeInstanceOf(TypeMismatchError)
      // The order of calls is as it was.
      expect(await cart.allreduce(1)).toBe(2)
    })
  })

  it.each([
    ['length', v(2), v(3), /16 bytes of Float64Array, this rank expects 24/],
    ['type', v(2), new Float32Array(4), /16 bytes of Float64Array, this rank expects 16 bytes of Float32/],
    ['nothing', null, v(3), /sent nothing, this rank expects 24/],
    ['something', v(2), null, /sent 2 x Float64Array, but into\[0\] is null/],
  ])('between neighbours: %s', async (_, sent, place, message) => {
    await runRanks(3, async (world) => {
      const cart = await world.createCart([3])
      const blocks = [null, cart.rank === 1 ? sent : null]
      const into = [cart.rank === 2 ? place : null, null]
      const error = await rejection(cart.neighborAlltoallw(blocks, { into }).then(() => cart.barrier()))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(/rank 1 sent/)
      expect(error.message).toMatch(message)
    })
  })

  it('in what a rank sends itself', async () => {
    await runRanks(1, async (world) => {
      const ring = await world.createCart([1], { periods: true })
      const error = await rejection(ring.neighborAlltoallw([v(1), v(2)], { into: [v(1), v(2)] }))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(/this rank sends itself 1 x Float64Array, but into\[1\] is 2 x/)
    })
  })
})
