// Neighbour collectives against a model of the grid: all shapes, open and closed, all kinds of blocks.
import { describe, expect, it } from 'vitest'
import type { Cart } from '../../../src/comm/cart/cart.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { onGrids, product, shapes } from './tools.ts'

/** Number `i` of what rank `from` sends. */
const value = (from: number, i: number): number => 1000 * (from + 1) + i
/** What goes down arrives from above: block 2d + 1 of the one below comes to place 2d, and the other way round. */
const twin = (i: number): number => (i % 2 === 0 ? i + 1 : i - 1)

/** With messages that never wait, and with messages that all do. */
const lengths = { 4096: [0, 5], 0: [1, 300] } as const

describe.each(shapes.map((dims) => ({ dims })))('in a grid of $dims', ({ dims }) => {
  const matrix = (
    name: string,
    body: (cart: Cart, neighbors: readonly (number | null)[], length: number) => Promise<void>,
  ) =>
    it.each([4096, 0] as const)(`${name}, eager %i`, async (eager) => {
      await runRanks(
        product(dims),
        (world) =>
          onGrids(world, dims, async (cart, neighbors) => {
            for (const length of lengths[eager]) await body(cart, neighbors, length)
          }),
        { eager },
      )
    })

  matrix('neighborAllgather', async (cart, neighbors, length) => {
    const mine = Float64Array.from({ length }, (_, i) => value(cart.rank, i))
    const wanted = (none: number) =>
      Float64Array.from(
        neighbors.flatMap((from) =>
          Array.from({ length }, (_, i) => (from === null ? none : value(from, i))),
        ),
      )
    expect(await cart.neighborAllgather(mine)).toEqual(wanted(0))
    const into = new Float64Array(length * neighbors.length).fill(-1)
    expect(await cart.neighborAllgather(mine, { into })).toBe(into)
    expect(into).toEqual(wanted(-1))
    const item = (from: number) => ({
      from,
      text: 'x'.repeat(length),
      inner: new Int8Array(length).fill(from),
    })
    expect(await cart.neighborAllgather(item(cart.rank))).toEqual(
      neighbors.map((from) => (from === null ? undefined : item(from))),
    )
  })

  matrix('neighborAlltoall', async (cart, neighbors, length) => {
    const mine = Int32Array.from(neighbors.flatMap((_, to) => new Array(length).fill(value(cart.rank, to))))
    const wanted = (none: number) =>
      Int32Array.from(
        neighbors.flatMap((from, i) => new Array(length).fill(from === null ? none : value(from, twin(i)))),
      )
    expect(await cart.neighborAlltoall(mine)).toEqual(wanted(0))
    const into = new Int32Array(mine.length).fill(-1)
    expect(await cart.neighborAlltoall(mine, { into })).toBe(into)
    expect(into).toEqual(wanted(-1))
    const item = (from: number, i: number) => `${from}: ${i} ${'y'.repeat(length)}`
    expect(await cart.neighborAlltoall(neighbors.map((_, to) => item(cart.rank, to)))).toEqual(
      neighbors.map((from, i) => (from === null ? undefined : item(from, twin(i)))),
    )
  })

  matrix('neighborAllgatherv', async (cart, neighbors, length) => {
    const lengthOf = (rank: number) => (rank * 7 + length) % 11
    const dataOf = (rank: number) => Float32Array.from({ length: lengthOf(rank) }, (_, i) => value(rank, i))
    const mine = dataOf(cart.rank)
    const counts = neighbors.map((from) => (from === null ? 0 : lengthOf(from)))
    const got = await cart.neighborAllgatherv(mine)
    expect(got.counts).toEqual(counts)
    expect([...got.data]).toEqual(neighbors.flatMap((from) => (from === null ? [] : [...dataOf(from)])))
    // Blocks from behind to front, with a gap, once with counts and once without.
    const displs = neighbors.map((_, i) => 12 * (neighbors.length - 1 - i))
    for (const given of [counts, undefined]) {
      const data = new Float32Array(12 * neighbors.length + 3).fill(-1)
      const placed = await cart.neighborAllgatherv(mine, { into: { data, counts: given, displs } })
      expect(placed.data).toBe(data)
      expect([placed.counts, placed.displs]).toEqual([counts, displs])
      const model = new Float32Array(data.length).fill(-1)
      for (const [i, from] of neighbors.entries()) if (from !== null) model.set(dataOf(from), displs[i])
      expect(data).toEqual(model)
    }
  })

  matrix('neighborAlltoallv', async (cart, neighbors, length) => {
    const lengthOf = (from: number, i: number) => (from * 5 + i * 3 + length) % 9
    const dataOf = (from: number, i: number) =>
      Float64Array.from({ length: lengthOf(from, i) }, (_, at) => value(from, 10 * i + at))
    const sent = neighbors.map((_, i) => dataOf(cart.rank, i))
    const data = Float64Array.from(sent.flatMap((block) => [...block]))
    const blocks = { data, counts: sent.map((block) => block.length) }
    const counts = neighbors.map((from, i) => (from === null ? 0 : lengthOf(from, twin(i))))
    const wanted = neighbors.map((from, i) => (from === null ? [] : [...dataOf(from, twin(i))]))
    const got = await cart.neighborAlltoallv(blocks)
    expect(got.counts).toEqual(counts)
    expect([...got.data]).toEqual(wanted.flat())
    // A place for neighbours that do not exist too, which is left alone.
    const into = {
      data: new Float64Array(9 * neighbors.length).fill(-1),
      counts: counts.map((n, i) => (neighbors[i] === null ? 4 : n)),
    }
    const placed = await cart.neighborAlltoallv(blocks, { into })
    expect(placed.counts).toEqual(counts)
    const model = neighbors.flatMap((from, i) => (from === null ? [-1, -1, -1, -1] : wanted[i]!))
    expect([...into.data.subarray(0, model.length)]).toEqual(model)
    expect(into.data.subarray(model.length).every((x) => x === -1)).toBe(true)
  })
})

describe('in rings of one and of two, where both neighbours are one rank', () => {
  it('what goes down comes from above', async () => {
    await runRanks(2, async (world) => {
      const ring = await world.createCart([2], { periods: true })
      const other = 1 - ring.rank
      expect(ring.neighbors).toEqual([other, other])
      expect(await ring.neighborAlltoall([`down from ${ring.rank}`, `up from ${ring.rank}`])).toEqual([
        `up from ${other}`,
        `down from ${other}`,
      ])
      const alone = await ring.sub([false])
      const loop = await alone.createCart([1], { periods: [true] })
      expect(await loop.neighborAlltoall(Float64Array.of(1, 2))).toEqual(Float64Array.of(2, 1))
      const { data, counts } = await loop.neighborAlltoallv({ data: Int8Array.of(1, 2, 3), counts: [1, 2] })
      expect([[...data], counts]).toEqual([
        [2, 3, 1],
        [2, 1],
      ])
    })
  })

  it('long blocks too, and nothing received shares memory with anything else', async () => {
    const n = 200_000
    await runRanks(2, async (world) => {
      const cart = await world.createCart([1, 2], { periods: true })
      const values = Float64Array.from({ length: 4 * n }, (_, i) => cart.rank * 10 + Math.floor(i / n))
      const got = await cart.neighborAlltoall(values)
      values.fill(-1)
      const other = (1 - cart.rank) * 10
      expect([0, 1, 2, 3].map((i) => got[i * n + n - 1])).toEqual([
        cart.rank * 10 + 1,
        cart.rank * 10,
        other + 3,
        other + 2,
      ])
      const lists = await cart.neighborAllgather({ of: new Float64Array(3).fill(cart.rank) })
      for (const [i, item] of lists.entries()) item!.of.fill(100 + i)
      expect(lists.map((item) => item!.of[2])).toEqual([100, 101, 102, 103])
    })
  })
})

it('calls are complete in any mixture with others, however many are under way', async () => {
  await runRanks(
    6,
    async (world) => {
      const cart = await world.createCart([2, 3], { periods: [true, true] })
      const calls = Array.from({ length: 30 }, (_, k) => {
        if (k % 3 === 0) return cart.allreduce(k)
        if (k % 3 === 1) return cart.neighborAllgather(k)
        return cart.neighborAlltoallv({ data: new Int16Array(4 * k).fill(k), counts: [k, k, k, k] })
      })
      const results = await Promise.all(calls)
      for (const [k, result] of results.entries()) {
        if (k % 3 === 0) expect(result).toBe(6 * k)
        if (k % 3 === 1) expect(result).toEqual([k, k, k, k])
        if (k % 3 === 2) expect((result as { data: Int16Array }).data).toEqual(new Int16Array(4 * k).fill(k))
      }
    },
    { delayMs: [0, 5] },
  )
})
