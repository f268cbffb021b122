/** Layouts and ndarray-likes at both ends of neighbour collectives, against the same calls with typed arrays. */

import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import { BufferError, CountError, TypeMismatchError } from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { vector } from '../../../src/wire/layout/make.ts'
import { kindNames, kindOf, laidOut } from '../layout/kinds.ts'
import { rejection } from '../tools.ts'
import { onGrids, product } from './tools.ts'

const shapes = [[], [1], [2], [3], [5], [2, 3]]

describe.each(shapes.map((dims) => ({ dims })))('in a grid of $dims', ({ dims }) => {
  it.each([0, 1, 4])('blocks of %i', async (n) => {
    await runRanks(product(dims), (world) =>
      onGrids(world, dims, async (cart, neighbors) => {
        const { rank } = cart
        const places = n * neighbors.length
        const gap = () => new Float64Array(places).fill(-99)
        for (const k of kindNames.keys()) {
          const one = Float64Array.from({ length: n }, (_, i) => 100 * rank + i)
          const mine = laidOut(k + rank, one)
          expect(await cart.neighborAllgather(mine.given)).toEqual(await cart.neighborAllgather(one))
          // Places of neighbours that do not exist are left alone.
          const gathered = kindOf(k, places)
          expect(await cart.neighborAllgather(mine.given, { into: gathered.given })).toBe(gathered.given)
          gathered.expect(await cart.neighborAllgather(one, { into: gap() }))

          const each = Float64Array.from({ length: places }, (_, i) => 1000 * rank + i)
          const all = laidOut(k + rank, each)
          expect(await cart.neighborAlltoall(all.given)).toEqual(await cart.neighborAlltoall(each))
          const came = kindOf(k, places)
          expect(await cart.neighborAlltoall(all.given, { into: came.given })).toBe(came.given)
          came.expect(await cart.neighborAlltoall(each, { into: gap() }))

          const displs = neighbors.map((_, i) => (n + 1) * (neighbors.length - 1 - i))
          const room = () => new Float64Array((n + 1) * neighbors.length).fill(-99)
          const placed = kindOf(k, room().length)
          const blocks = await cart.neighborAllgatherv(mine.given, { into: { data: placed.given, displs } })
          const wanted = await cart.neighborAllgatherv(one, { into: { data: room(), displs } })
          expect(blocks).toEqual({ ...wanted, data: placed.given })
          placed.expect(wanted.data)

          const counts = neighbors.map(() => n)
          const exchanged = kindOf(k + 1, room().length)
          const sent = { data: all.given, counts }
          const got = await cart.neighborAlltoallv(sent, { into: { data: exchanged.given, displs, counts } })
          const plain = { data: each, counts }
          const there = await cart.neighborAlltoallv(plain, { into: { data: room(), displs, counts } })
          expect(got).toEqual({ ...there, data: exchanged.given })
          exchanged.expect(there.data)
          expect(await cart.neighborAlltoallv(sent)).toEqual(await cart.neighborAlltoallv(plain))
        }
      }),
    )
  })
})

it('halos of a matrix go from its inner columns to its outer ones', async () => {
  await runRanks(3, async (world) => {
    const line = await world.createCart([3])
    const [rows, cols] = [4, 5]
    const data = new Float64Array(rows * cols).fill(10 * line.rank)
    const matrix = ndarray(data, [rows, cols])
    const columns = (left: number, right: number) =>
      ({ data, shape: [2, rows], stride: [right - left, cols], offset: left }) as const
    await line.neighborAlltoall(columns(1, cols - 2), { into: columns(0, cols - 1) })
    for (let row = 0; row < rows; row++) {
      expect(matrix.get(row, 0)).toBe(Math.max(0, line.rank - 1) * 10)
      expect(matrix.get(row, cols - 1)).toBe(Math.min(2, line.rank + 1) * 10)
    }
  })
})

it('what does not fit, and every overlap, is refused before the call', async () => {
  await runRanks(2, async (world) => {
    const ring = await world.createCart([2], { periods: true })
    const data = new Float64Array(20)
    const four = vector(data, { count: 4, stride: 2 })
    const five = vector(new Float64Array(20), { count: 5, stride: 2 })
    const attempts: [Promise<unknown>, new (message: string) => Error, string][] = [
      [
        ring.neighborAlltoall(four, { into: four }),
        BufferError,
        'into overlaps the input; give separate memory',
      ],
      [
        ring.neighborAllgather(vector(data, { count: 2, stride: 2 }), { into: four }),
        BufferError,
        'into overlaps',
      ],
      [ring.neighborAllgatherv(four, { into: { data: four } }), BufferError, 'into overlaps'],
      [
        ring.neighborAlltoallv({ data: four, counts: [2, 2] }, { into: { data: four } }),
        BufferError,
        'into overlaps',
      ],
      [ring.neighborAlltoall(four, { into: five }), CountError, 'into has 5 elements, but the result is'],
      [ring.neighborAlltoall(five), CountError, '5 elements cannot be cut in 2 equal blocks'],
      [ring.neighborAllgatherv(four, { into: five as never }), TypeMismatchError, 'into is strided itself'],
      [ring.neighborAlltoallv(four as never), TypeMismatchError, 'neighborAlltoall takes equal blocks'],
    ]
    for (const [attempt, error, message] of attempts) {
      const found = await rejection(attempt)
      expect([message, found]).toEqual([message, expect.any(error)])
      expect(found.message).toContain(message)
      expect(found.message).not.toContain('or the input itself')
    }
    expect(await ring.allreduce(1)).toBe(2)
  })
})
