import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import { BufferError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import type { Raw } from '../../src/wire/datatype.ts'
import { eagerSettings, rejection } from './tools.ts'

type ResizableConstructor = new (length: number, options: { maxByteLength: number }) => ArrayBuffer
/** Rank 0 sends what `make` gives; resolves to what rank 1 receives. */
async function delivered(make: () => unknown, eager: number, receive = (comm: Communicator) => comm.recv(0)) {
  const results = await runRanks(
    2,
    async (comm) => (comm.rank === 0 ? void (await comm.send(make(), 1)) : receive(comm)),
    { eager },
  )
  return results[1]
}

describe.each(eagerSettings)('memory of other kinds, eager %d', (eager) => {
  it('a typed array in shared memory is sent as any other, and arrives in memory of its own', async () => {
    const sent = new Float64Array(new SharedArrayBuffer(8 * 2000)).fill(3)
    const got = (await delivered(() => sent, eager)) as Float64Array
    expect(got).toEqual(new Float64Array(2000).fill(3))
    expect(got.buffer).not.toBe(sent.buffer)
  })

  it('a typed array in shared memory can be received into', async () => {
    const into = new Int32Array(new SharedArrayBuffer(4 * 2000))
    const got = await delivered(
      () => new Int32Array(1500).fill(6),
      eager,
      (comm) => comm.recv(0, { into }),
    )
    expect(got).toBe(into)
    expect(into.indexOf(0)).toBe(1500)
  })

  it('a DataView is an item: it arrives as a DataView', async () => {
    const sent = new DataView(Uint8Array.of(9, 1, 2, 3, 9).buffer, 1, 3)
    const got = (await delivered(() => sent, eager)) as DataView
    expect(got).toBeInstanceOf(DataView)
    expect([0, 1, 2].map((i) => got.getUint8(i))).toEqual([1, 2, 3])
    expect(got.byteLength).toBe(3)
  })
})

describe('memory that cannot be used is a BufferError that says why', () => {
  const detached = (): Raw => {
    const array = new Float64Array(4)
    structuredClone(array, { transfer: [array.buffer] })
    return array
  }
  const detachedAndEmpty = (): Raw => {
    const array = new Float64Array(0)
    structuredClone(array, { transfer: [array.buffer] })
    return array
  }
  const resizable = (): Raw => {
    const Resizable = ArrayBuffer as unknown as ResizableConstructor
    return new Uint8Array(new Resizable(8, { maxByteLength: 16 }), 0, 4)
  }
  const kinds: [string, () => Raw, RegExp][] = [
    ['detached', detached, /transferred/],
    ['empty and detached', detachedAndEmpty, /transferred/],
    ['resizable', resizable, /resizable.*copy/],
  ]

  it.each(kinds)('%s: nothing is sent', async (_, make, why) => {
    await runRanks(1, async (comm) => {
      const error = await rejection(comm.send(make(), 0))
      expect(error).toBeInstanceOf(BufferError)
      expect(error.message).toMatch(/send on world, rank 0 of 1/)
      expect(error.message).toMatch(why)
      expect(await comm.iprobe()).toBe(null)
    })
  })

  it.each(kinds)('%s: nothing is received', async (_, make, why) => {
    await runRanks(1, async (comm) => {
      await comm.send(new Uint8Array(0), 0)
      const error = await rejection(comm.recv(0, { into: make() }))
      expect(error).toBeInstanceOf(BufferError)
      expect(error.message).toMatch(why)
      expect(await comm.recv(0)).toEqual(new Uint8Array(0))
    })
  })
})

it.each(eagerSettings)(
  'memory that goes while a receive waits fails the receive only, eager %d',
  async (eager) => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          await comm.recv(1, { tag: 9 })
          await comm.send(new Float64Array(3000), 1)
          return comm.send('next', 1)
        }
        const into = new Float64Array(3000)
        const got = comm.irecv(0, { into })
        structuredClone(into, { transfer: [into.buffer] })
        await comm.send(null, 0, { tag: 9 })
        const error = await rejection(got)
        expect(error).toBeInstanceOf(BufferError)
        expect(error.message).toMatch(/irecv on world, rank 1 of 2.*transferred/)
        expect(await comm.recv(0)).toBe('next')
      },
      { eager },
    )
  },
)
