/** The v forms with layouts as data: counts and displs are in elements of the layout, in its order. */

import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { BufferError, CollectiveMismatchError, CountError, TypeMismatchError } from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { ranksOf } from '../collective/tools.ts'
import { rejection } from '../tools.ts'
import { kindNames, kindOf, laidOut } from './kinds.ts'

const sizes = [1, 2, 3, 5]
/** Block `k` of rank `r`: some are empty. */
const lengthOf = (r: number, k = 0) => (r * 3 + k * 2) % 5
const block = (r: number, k = 0) => Array.from({ length: lengthOf(r, k) }, (_, i) => 100 * r + 10 * k + i)

/** Places for blocks from back to front with gaps between them, and how an array looks that has them. */
function backwards(blocks: readonly number[][]): { displs: number[]; length: number; whole: number[] } {
  const displs: number[] = []
  let next = 1
  for (let k = blocks.length - 1; k >= 0; k--) {
    displs[k] = next
    next += blocks[k]!.length + 1
  }
  const whole = new Array<number>(next).fill(-99)
  for (const [k, values] of blocks.entries()) {
    for (const [i, x] of values.entries()) whole[displs[k]! + i] = x
  }
  return { displs, length: next, whole }
}

describe.each(kindNames.map((name, k) => ({ name, k })))('$name', ({ k }) => {
  it.each(sizes)('gatherv and allgatherv on %i ranks', async (size) => {
    await runRanks(size, async (comm) => {
      const { rank } = comm
      const mine = laidOut(k, block(rank))
      const blocks = ranksOf(size).map((r) => block(r))
      const counts = blocks.map((b) => b.length)
      const { displs, length, whole } = backwards(blocks)
      const packed = await comm.allgatherv(mine.given)
      expect(packed).toMatchObject({ data: Float64Array.from(blocks.flat()), counts })
      for (const given of [counts, undefined]) {
        const room = kindOf(k + 1, length)
        const all = await comm.allgatherv(mine.given, { into: { data: room.given, counts: given, displs } })
        expect(all.data).toBe(room.given)
        expect([all.counts, all.displs]).toEqual([counts, displs])
        room.expect(whole)
        for (const root of new Set([0, size - 1])) {
          const there = kindOf(k + rank, length)
          const into = { data: there.given, counts: given, displs }
          const result = await comm.gatherv(mine.given, root, { into })
          expect(result?.data).toBe(rank === root ? there.given : undefined)
          if (rank === root) there.expect(whole)
          else there.expectUntouched()
          // Data of a layout, into an array on root.
          const data = new Float64Array(length).fill(-99)
          const plain = await comm.gatherv(mine.given, root, rank === root ? { into: { data, displs } } : {})
          if (rank === root) expect([...plain!.data]).toEqual(whole)
        }
      }
    })
  })

  it.each(sizes)('scatterv on %i ranks', async (size) => {
    await runRanks(size, async (comm) => {
      const blocks = ranksOf(size).map((r) => block(r))
      const counts = blocks.map((b) => b.length)
      const { displs, whole } = backwards(blocks)
      const wanted = block(comm.rank)
      for (const root of new Set([0, size - 1])) {
        const data = laidOut(k, whole)
        const given = comm.rank === root ? { data: data.given, counts, displs } : null
        expect([...(await comm.scatterv(given, root))]).toEqual(wanted)
        const into = kindOf(k + comm.rank, wanted.length)
        expect(await comm.scatterv(given, root, { into: into.given })).toBe(into.given)
        into.expect(wanted)
        const plain = given && { data: Float64Array.from(whole), counts, displs }
        const again = kindOf(k + comm.rank, wanted.length)
        expect(await comm.scatterv(plain, root, { into: again.given })).toBe(again.given)
        again.expect(wanted)
      }
    })
  })

  it.each(sizes)('alltoallv on %i ranks', async (size) => {
    await runRanks(size, async (comm) => {
      const { rank } = comm
      const out = ranksOf(size).map((to) => block(rank, to))
      const back = ranksOf(size).map((from) => block(from, rank))
      const counts = out.map((b) => b.length)
      const { displs, whole } = backwards(out)
      const data = laidOut(k, whole)
      const packed = await comm.alltoallv({ data: data.given, counts, displs })
      expect([...packed.data]).toEqual(back.flat())
      const room = kindOf(k + rank, back.flat().length + 2)
      const result = await comm.alltoallv(
        { data: data.given, counts, displs },
        { into: { data: room.given } },
      )
      expect(result.data).toBe(room.given)
      room.expect([...back.flat(), -99, -99])
      // What came can be passed on as it is, and goes back.
      const returned = await comm.alltoallv(result)
      expect([...returned.data]).toEqual(out.flat())
      const plain = { data: Float64Array.from(whole), counts, displs }
      const again = kindOf(k, back.flat().length)
      await comm.alltoallv(plain, { into: { data: again.given, counts: back.map((b) => b.length) } })
      again.expect(back.flat())
    })
  })
})

describe('in place', () => {
  it("a rank's own block of a layout, itself a layout", async () => {
    await runRanks(3, async (comm) => {
      const { rank } = comm
      const data = new Float64Array(14).fill(-1)
      const counts = [1, 2, 3]
      const displs = [0, 1, 3]
      // Every other element, from the end on: 13, 11, 9, …
      const whole = { data, shape: [6], stride: [-2], offset: 13 }
      const own = { data, shape: [counts[rank]!], stride: [-2], offset: 13 - 2 * displs[rank]! }
      for (let i = 0; i < counts[rank]!; i++) data[own.offset - 2 * i] = 10 * rank + i
      const wanted = [-1, -1, -1, 22, -1, 21, -1, 20, -1, 11, -1, 10, -1, 0]
      const result = await comm.allgatherv(own, { into: { data: whole, displs } })
      expect(result.data).toBe(whole)
      expect([...data]).toEqual(wanted)
      await comm.gatherv(own, 1, { into: { data: whole, counts } })
      expect([...data]).toEqual(wanted)
      const blocks = rank === 2 ? { data: whole, counts } : null
      expect(await comm.scatterv(blocks, 2, { into: own })).toBe(own)
      expect([...data]).toEqual(wanted)
      // Blocks that lie the other way round.
      const turned = [5, 3, 0]
      const last = { data, shape: [counts[rank]!], stride: [-2], offset: 13 - 2 * turned[rank]! }
      const placed = rank === 2 ? { data: whole, counts, displs: turned } : null
      expect(await comm.scatterv(placed, 2, { into: last })).toBe(last)
      const sent = [[22], [20, 21], [0, 10, 11]][rank]!
      expect(sent.map((_, i) => data[last.offset - 2 * i])).toEqual(sent)
    })
  })

  it('alltoallv within one layout', async () => {
    await runRanks(3, async (comm) => {
      const values = Float64Array.from({ length: 6 }, (_, i) => comm.rank * 10 + i)
      const counts = [2, 2, 2]
      const wanted = (await comm.alltoallv({ data: values, counts })).data
      const mine = laidOut(3, values)
      await comm.alltoallv({ data: mine.given, counts }, { into: { data: mine.given } })
      mine.expect(wanted)
    })
  })
})

describe('refused before the call', () => {
  const { given } = laidOut(0, [1, 2, 3, 4])
  const room = kindOf(1, 8).given
  type Call = (comm: Communicator) => Promise<unknown>
  const calls: [string, Call, new (message: string) => Error, string][] = [
    [
      'alltoallv of a layout alone',
      (w) => w.alltoallv(given as never),
      TypeMismatchError,
      'alltoall takes equal',
    ],
    [
      'scatterv of a layout alone',
      (w) => w.scatterv(given as never),
      TypeMismatchError,
      'scatter takes equal',
    ],
    [
      'gatherv into a layout alone',
      (w) => w.gatherv(given, 0, { into: room as never }),
      TypeMismatchError,
      'into is strided itself; give { data, counts?, displs? } with it as data',
    ],
    [
      'allgatherv of an array into a layout alone',
      (w) => w.allgatherv(new Float64Array(2), { into: room as never }),
      TypeMismatchError,
      'into is strided itself',
    ],
    [
      'counts beyond the layout',
      (w) => w.alltoallv({ data: given, counts: [3, 2] }),
      CountError,
      'the block of rank 1, 2 elements from 3 on, ends beyond data, whose length is 4',
    ],
    [
      'an overlap',
      (w) =>
        w.allgatherv({ data: given.data, shape: [2], stride: [3], offset: 4 }, { into: { data: given } }),
      BufferError,
      'into overlaps the input',
    ],
  ]
  it.each(calls)('%s', async (_, call, error, message) => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        const found = await rejection(call(comm))
        expect(found).toBeInstanceOf(error)
        expect(found.message).toContain(message)
        expect(found.message).toMatch(/ on world, rank 0 of 2: /)
      }
      expect(await comm.allreduce(1)).toBe(2)
    })
  })
})

it('a layout with too little room is a mismatch that every rank is told of', async () => {
  await runRanks(3, async (comm) => {
    const room = kindOf(2, 5)
    const options = comm.rank === 1 ? { into: { data: room.given } } : {}
    const mine = laidOut(0, [1, 2])
    const error = await rejection(comm.allgatherv(mine.given, options).then(() => comm.barrier()))
    expect(error).toBeInstanceOf(CollectiveMismatchError)
    expect(error.message).toContain('ends beyond into.data, whose length is 5')
    room.expectUntouched()
  })
})
