/** Layouts and ndarray-likes as what is sent, and as `into`. */

import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import { BufferError, CountError, TruncateError, TypeMismatchError } from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import type { Raw } from '../../../src/wire/datatype.ts'
import { indexed, subarray, vector } from '../../../src/wire/layout/make.ts'
import type { Strided } from '../../../src/wire/layout/nd-view.ts'
import { eagerSettings, rejection } from '../tools.ts'
import { COLS, columns, elements, notLayouts, ROWS } from './tools.ts'

const column = (data: Float64Array, offset: number) => vector(data, { count: ROWS, stride: COLS, offset })

describe.each(eagerSettings)('eager %d', (eager) => {
  it.each(columns)('%s is sent as the vector of its elements', async (_, layout) => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send(layout(elements()), 1)
        const { value, status } = await comm.recv(0, { status: true })
        expect(value).toEqual(Float64Array.of(1, 11, 21))
        expect(status).toMatchObject({ count: 3, bytes: 24, type: Float64Array })
      },
      { eager },
    )
  })

  it.each(columns)('%s as into is filled and returned', async (_, layout) => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send(Float64Array.of(-1, -2, -3), 1)
        const data = elements()
        const into = layout(data)
        const { value, status } = await comm.recv(0, { into, status: true })
        expect(value).toBe(into)
        expect(status.count).toBe(3)
        const expected = elements()
        ;[expected[1], expected[1 + COLS], expected[1 + 2 * COLS]] = [-1, -2, -3]
        expect(data).toEqual(expected)
      },
      { eager },
    )
  })

  it('goes from one layout to another of a different shape', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send(ndarray(elements(), [ROWS, COLS]).transpose(1, 0), 1)
        const data = new Float64Array(24)
        const into = subarray(data, { sizes: [4, 6], subsizes: [2, 6], starts: [1, 0] })
        expect(await comm.recv(0, { into })).toBe(into)
        const transposed = [0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23]
        expect([...data]).toEqual([...Array(6).fill(0), ...transposed, ...Array(6).fill(0)])
      },
      { eager },
    )
  })

  it('fills the first elements of a layout that has more, and no others', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send(Float64Array.of(5, 6, 7, 8), 1)
        const data = new Float64Array(12)
        const into = { data, shape: [3, 3], stride: [4, 1], offset: 0 }
        const { status } = await comm.recv(0, { into, status: true })
        expect(status.count).toBe(4)
        expect([...data]).toEqual([5, 6, 7, 0, 8, 0, 0, 0, 0, 0, 0, 0])
      },
      { eager },
    )
  })

  it('may be overwritten once the send has resolved', async () => {
    await runRanks(
      2,
      async (comm) => {
        const data = elements()
        if (comm.rank === 0) {
          await comm.send(column(data, 2), 1)
          data.fill(-1)
          return comm.barrier()
        }
        await comm.barrier()
        expect(await comm.recv(0)).toEqual(Float64Array.of(2, 12, 22))
      },
      { eager: 2 ** 30 },
    )
  })

  it('is sent and received by ssend, isend, irecv, sendrecv, and mprobe', async () => {
    await runRanks(
      3,
      async (comm) => {
        const { rank, size } = comm
        const next = (rank + 1) % size
        const source = (rank + size - 1) % size
        const theirs = column(elements(100 * source), 3)
        const wanted = [3, 13, 23].map((x) => x + 100 * source)
        const mine = column(elements(100 * rank), 3)
        const receive = () => {
          const data = new Float64Array(9)
          return { data, shape: [3], strides: [-3], offset: 8 }
        }
        const check = (into: ReturnType<typeof receive>) =>
          expect([...into.data]).toEqual([0, 0, wanted[2], 0, 0, wanted[1], 0, 0, wanted[0]])
        expect(theirs.count).toBe(3)

        const byRequest = comm.irecv(source, { into: receive(), tag: 1 })
        const sending = comm.isend(mine, next, { tag: 1 })
        check(await byRequest)
        expect(byRequest.status?.count).toBe(3)
        await sending

        check(await comm.sendrecv(mine, next, { source, into: receive() }))
        const both = await comm.sendrecv(mine, next, { source, into: receive(), status: true })
        check(both.value)
        expect(both.status.count).toBe(3)

        const later = comm.recv(source, { into: receive(), tag: 2 })
        await comm.ssend(mine, next, { tag: 2 })
        check(await later)

        const probed = comm.mprobe(source, { tag: 3 })
        const sent = comm.send(mine, next, { tag: 3 })
        const message = await probed
        expect(message.status.count).toBe(3)
        check(await message.recv({ into: receive() }))
        await sent
      },
      { eager },
    )
  })

  it.each<[string, Strided]>([
    ['a vector of no blocks', vector(new Float64Array(3), { count: 0, stride: 5 })],
    ['a vector of empty blocks', vector(new Float64Array(3), { count: 7, blockLength: 0, stride: -5 })],
    ['an indexed of nothing', indexed(new Float64Array(0), { displs: [] })],
    ['an indexed of empty blocks', indexed(new Float64Array(0), { displs: [5, 3], blockLengths: 0 })],
    ['an empty part', subarray(new Float64Array(6), { sizes: [2, 3], subsizes: [2, 0], starts: [0, 3] })],
    ['an empty ndarray', ndarray(new Float64Array(0), [0, 3])],
    ['an ndarray with strides that lead nowhere', ndarray(new Float64Array(2), [3, 0], [-7, 99], 0)],
  ])('%s has no elements', async (_, layout) => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          await comm.send(layout, 1)
          return comm.send(new Float64Array(0), 1)
        }
        expect(await comm.recv(0)).toEqual(new Float64Array(0))
        expect(await comm.recv(0, { into: layout })).toBe(layout)
      },
      { eager },
    )
  })

  it('too few places are a TruncateError, the wrong type a TypeMismatchError; nothing is written', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          for (let i = 0; i < 2; i++) await comm.send(Float64Array.of(1, 2, 3, 4), 1)
          return
        }
        const data = elements()
        const truncated = await rejection(comm.recv(0, { into: column(data, 0) }))
        expect(truncated).toBeInstanceOf(TruncateError)
        expect(truncated.message).toContain('rank 0 sent 4 x Float64Array')
        expect(truncated.message).toContain('room for 3')
        expect(data).toEqual(elements())
        const ints = new Int32Array(20)
        const mistyped = await rejection(comm.recv(0, { into: vector(ints, { count: 9, stride: 2 }) }))
        expect(mistyped).toBeInstanceOf(TypeMismatchError)
        expect(mistyped.message).toContain('into is an Int32Array')
        expect(ints.every((x) => x === 0)).toBe(true)
      },
      { eager },
    )
  })
})

it('is replaced by sendrecvReplace, and starts again and again', async () => {
  await runRanks(2, async (comm) => {
    const other = 1 - comm.rank
    for (const count of [1, 3]) {
      const data = elements(100 * comm.rank)
      // One in pieces, one in one piece: what is sent is what was there.
      const layout = vector(data, { count, stride: COLS, blockLength: 2, offset: 1 })
      const result = await comm.sendrecvReplace(layout, other, { source: other })
      expect(result).toBe(layout)
      const expected = elements(100 * comm.rank)
      for (let row = 0; row < count; row++) {
        for (const col of [1, 2]) expected[row * COLS + col] = 100 * other + 10 * row + col
      }
      expect(data).toEqual(expected)
    }
    const data = elements(100 * comm.rank)
    const [left, right] = [column(data, 0), column(data, 3)]
    const sending = comm.sendInit(left, other)
    const receiving = comm.recvInit(other, { into: right })
    for (let turn = 0; turn < 3; turn++) {
      data[0] = turn
      sending.start()
      receiving.start()
      expect(await receiving).toBe(right)
      await sending
      expect([data[3], data[7], data[11]]).toEqual([turn, 100 * other + 10, 100 * other + 20])
    }
  })
})

it('an ndarray that lies in one piece is received into directly', async () => {
  await runRanks(1, async (comm) => {
    const data = new Float64Array(6)
    const into = ndarray(data, [2, 2], [2, 1], 1)
    await comm.send(Float64Array.of(1, 2, 3, 4), 0)
    expect(await comm.recv(0, { into })).toBe(into)
    expect([...data]).toEqual([0, 1, 2, 3, 4, 0])
  })
})

it('the same element many times can be sent, and not received into', async () => {
  await runRanks(1, async (comm) => {
    const data = Float64Array.of(7, 8)
    const repeated = { data, shape: [2, 2], stride: [0, 1], offset: 0 }
    const sent = comm.send(repeated, 0)
    const error = await rejection(comm.recv(0, { into: repeated }))
    expect(error).toBeInstanceOf(BufferError)
    expect(error.message).toMatch(/recv on world, rank 0 of 1: into has the same element in several places/)
    expect(await comm.recv(0)).toEqual(Float64Array.of(7, 8, 7, 8))
    await sent
  })
})

it('from and to nobody it completes at once, and is left as it was', async () => {
  await runRanks(1, async (comm) => {
    const data = elements()
    const layout = column(data, 1)
    await comm.send(layout, null)
    expect(await comm.recv(null, { into: layout })).toBe(layout)
    expect(await comm.sendrecv(layout, null, { source: null, into: layout })).toBe(layout)
    expect(data).toEqual(elements())
  })
})

it.each(notLayouts)('an object with %s is an item, and cannot be received into', async (_, item) => {
  await runRanks(1, async (comm) => {
    await comm.send(item, 0)
    expect(await rejection(comm.recv(0, { into: item as unknown as Raw }))).toBeInstanceOf(TypeMismatchError)
    expect(await comm.recv(0)).toEqual(item)
  })
})

it.each<[string, object, RegExp]>([
  [
    'beyond',
    { shape: [2, 3], stride: [4, 2], offset: 0 },
    /reaches element 8, beyond data, which has length 8; look at shape \[2, 3\]/,
  ],
  ['before', { shape: [2], stride: [-1], offset: 0 }, /begins at element -1, before data/],
  ['half', { shape: [1.5], stride: [1], offset: 0 }, /shape\[0\] is 1.5/],
  ['negative', { shape: [-1], strides: [1], offset: 0 }, /shape\[0\] is -1/],
  ['not a number', { shape: [1], strides: [Number.NaN], offset: 0 }, /strides\[0\] is NaN/],
  ['other lengths', { shape: [1, 2], strides: [1], offset: 0 }, /shape has 2 dimensions and strides has 1/],
  ['half an offset', { shape: [1], strides: [1], offset: 0.5 }, /offset is 0.5/],
])('an ndarray-like that cannot be (%s) is a CountError', async (_, shape, message) => {
  await runRanks(1, async (comm) => {
    const wrong = { data: new Float64Array(8), ...shape } as Strided
    for (const [what, call] of [
      ['send on world, rank 0 of 1: value: ', comm.send(wrong, 0)],
      ['recv on world, rank 0 of 1: into: ', comm.recv(0, { into: wrong })],
    ] as const) {
      const error = await rejection(call)
      expect(error).toBeInstanceOf(CountError)
      expect(error.message).toContain(what)
      expect(error.message).toMatch(message)
    }
    expect(() => comm.isend(wrong, 0)).toThrow(CountError)
  })
})

it('memory that is gone or may shrink is a BufferError', async () => {
  await runRanks(1, async (comm) => {
    const gone = new Float64Array(8)
    const layout = vector(gone, { count: 2, stride: 4 })
    structuredClone(gone.buffer, { transfer: [gone.buffer] })
    expect(await rejection(comm.send(layout, 0))).toBeInstanceOf(BufferError)
    expect((await rejection(comm.recv(0, { into: layout }))).message).toContain('transferred elsewhere')
    const resizable = new Float64Array(Reflect.construct(ArrayBuffer, [64, { maxByteLength: 128 }]))
    const view = vector(resizable, { count: 2, stride: 4 })
    expect((await rejection(comm.send(view, 0))).message).toContain('resizable')

    const going = new Float64Array(8)
    const receiving = rejection(comm.recv(0, { into: vector(going, { count: 2, stride: 4 }) }))
    structuredClone(going.buffer, { transfer: [going.buffer] })
    await comm.send(new Float64Array(2), 0)
    expect(await receiving).toBeInstanceOf(BufferError)
  })
})
