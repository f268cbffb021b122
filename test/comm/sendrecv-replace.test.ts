import { describe, expect, it } from 'vitest'
import { ANY_SOURCE, ANY_TAG } from '../../src/comm/arguments.ts'
import {
  BufferError,
  MpiError,
  RankError,
  RankFailedError,
  TruncateError,
  TypeMismatchError,
} from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { elementTypes, pattern, rejection, same } from './tools.ts'

describe.each([1, 2, 3, 4, 5, 7, 8])('sendrecvReplace among %d ranks', (size) => {
  it.each([
    [0, 0],
    [1, 0],
    [3000, 0],
    [100_000, 0],
    [3000, 2 ** 30],
  ])('a ring of %d bytes, eager %d', async (bytes, eager) => {
    await runRanks(
      size,
      async (comm) => {
        const buffer = pattern(bytes, comm.rank)
        const next = (comm.rank + 1) % size
        const source = (comm.rank + size - 1) % size
        for (let step = 1; step <= size; step++) {
          expect(await comm.sendrecvReplace(buffer, next, { source })).toBe(buffer)
          expect(same(buffer, pattern(bytes, (comm.rank + size - step) % size))).toBe(true)
        }
      },
      { eager },
    )
  })

  it('a shift along an open line, whose first rank keeps what it has', async () => {
    await runRanks(size, async (comm) => {
      const buffer = Int32Array.of(comm.rank, -comm.rank)
      const dest = comm.rank + 1 < size ? comm.rank + 1 : null
      const source = comm.rank > 0 ? comm.rank - 1 : null
      await comm.sendrecvReplace(buffer, dest, { source })
      const from = Math.max(0, comm.rank - 1)
      expect(buffer).toEqual(Int32Array.of(from, 0 - from))
    })
  })
})

it.each(elementTypes.map((ctor) => [ctor.name, ctor] as const))('swaps arrays of %s', async (_, ctor) => {
  await runRanks(2, async (comm) => {
    const buffer = pattern(33, comm.rank, ctor)
    const wanted = pattern(33, 1 - comm.rank, ctor)
    await comm.sendrecvReplace(buffer, 1 - comm.rank, { source: 1 - comm.rank })
    expect(same(buffer, wanted)).toBe(true)
  })
})

it('swaps Buffers, views, and shared memory', async () => {
  await runRanks(
    2,
    async (comm) => {
      const other = 1 - comm.rank
      const text = Buffer.from(`text of ${comm.rank}`)
      await comm.sendrecvReplace(text, other, { source: other })
      expect(text.toString()).toBe(`text of ${other}`)
      const whole = new Float64Array(9).fill(-1)
      const view = whole.subarray(3, 6).fill(comm.rank)
      await comm.sendrecvReplace(view, other, { source: other })
      expect(whole).toEqual(Float64Array.of(-1, -1, -1, other, other, other, -1, -1, -1))
      const shared = new Float64Array(new SharedArrayBuffer(16)).fill(comm.rank)
      await comm.sendrecvReplace(shared, other, { source: other })
      expect([...shared]).toEqual([other, other])
    },
    { eager: 0 },
  )
})

it('takes tags, ANY_SOURCE, and gives a status', async () => {
  await runRanks(2, async (comm) => {
    const other = 1 - comm.rank
    const buffer = Float64Array.of(comm.rank)
    const [tag, recvTag] = comm.rank === 0 ? [3, 4] : [4, 3]
    const options = { source: ANY_SOURCE, tag, recvTag, status: true } as const
    const { value, status } = await comm.sendrecvReplace(buffer, other, options)
    expect(value).toBe(buffer)
    expect(status).toEqual({ source: other, tag: recvTag, count: 1, bytes: 8, type: Float64Array })
    await comm.sendrecvReplace(buffer, other, { source: ANY_SOURCE, tag, recvTag: ANY_TAG })
    expect(buffer[0]).toBe(comm.rank)
  })
})

it('a shorter message fills the beginning', async () => {
  await runRanks(2, async (comm) => {
    const buffer = new Int8Array(comm.rank === 0 ? 2 : 4).fill(comm.rank)
    const call = comm.sendrecvReplace(buffer, 1 - comm.rank, { source: 1 - comm.rank })
    if (comm.rank === 0) {
      expect(await rejection(call)).toBeInstanceOf(TruncateError)
      expect(buffer).toEqual(Int8Array.of(0, 0))
    } else expect(await call).toEqual(Int8Array.of(0, 0, 1, 1))
  })
})

it('sends what was there at the call', async () => {
  await runRanks(
    2,
    async (comm) => {
      const other = 1 - comm.rank
      const buffer = new Float64Array(500).fill(comm.rank)
      if (comm.rank === 1) {
        await comm.send(new Float64Array(500).fill(9), 0)
        return expect((await comm.recv<Float64Array>(0))[499]).toBe(0)
      }
      // Its receive is complete long before the other asks for what it sends.
      await comm.sendrecvReplace(buffer, other, { source: other })
      expect(buffer[0]).toBe(9)
    },
    { eager: 0 },
  )
})

describe('what is wrong is rejected, with its own name', () => {
  it('arguments', async () => {
    const Resizable = ArrayBuffer as new (length: number, options: { maxByteLength: number }) => ArrayBuffer
    await runRanks(2, async (comm) => {
      const buffer = new Float64Array(1)
      const cases: [Promise<unknown>, new (...args: never[]) => Error, RegExp][] = [
        [
          comm.sendrecvReplace([1] as never, 0, { source: 0 }),
          TypeMismatchError,
          /a plain array.*use sendrecv/,
        ],
        [comm.sendrecvReplace(buffer, 2, { source: 0 }), RankError, /dest is 2/],
        [comm.sendrecvReplace(buffer, 0, {} as never), RankError, /source is missing/],
        [comm.sendrecvReplace(buffer, 0, undefined as never), RankError, /source is missing/],
        [comm.sendrecvReplace(buffer, 0, { source: 0, into: buffer } as never), MpiError, /no option into/],
        [
          comm.sendrecvReplace(new Float64Array(new Resizable(8, { maxByteLength: 16 })), 0, { source: 0 }),
          BufferError,
          /resizable/,
        ],
      ]
      for (const [call, kind, message] of cases) {
        const error = await rejection(call)
        expect(error).toBeInstanceOf(kind)
        expect(error.message).toMatch(/^sendrecvReplace on world, rank/)
        expect(error.message).toMatch(message)
      }
    })
  })

  it('another element type, which leaves the buffer as it was', async () => {
    await runRanks(2, async (comm) => {
      const buffer = comm.rank === 0 ? Float64Array.of(1) : BigInt64Array.of(1n)
      const call = comm.sendrecvReplace(buffer, 1 - comm.rank, { source: 1 - comm.rank })
      expect(await rejection(call)).toBeInstanceOf(TypeMismatchError)
      expect(Number(buffer[0])).toBe(1)
    })
  })

  it('a peer that has finished', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 1) return
        const error = await rejection(comm.sendrecvReplace(new Float64Array(1), 1, { source: 1 }))
        expect(error).toBeInstanceOf(RankFailedError)
        expect(error.message).toMatch(/sendrecvReplace on world, rank 0 of 2/)
      },
      { eager: 0, onWarning: () => {} },
    )
  })
})
