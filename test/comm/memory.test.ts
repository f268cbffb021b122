import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import { BufferError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import type { Raw } from '../../src/wire/datatype.ts'
import { eagerSettings, rejection } from './tools.ts'

type ResizableConstructor = new (length: number, options: { maxByteLength: number }) => ArrayBuffer
const resizable = (length: number) =>
  new (ArrayBuffer as unknown as ResizableConstructor)(length, { maxByteLength: 2 * length + 8 })

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

  it('a typed array in a resizable buffer is sent as long as it is at the call', async () => {
    const buffer = resizable(8000)
    const got = await delivered(() => new Uint8Array(buffer).fill(5), eager)
    expect(got).toEqual(new Uint8Array(8000).fill(5))
  })

  it('a typed array in a resizable buffer can be received into', async () => {
    const into = new Uint8Array(resizable(8000))
    const got = await delivered(
      () => new Uint8Array(7000).fill(5),
      eager,
      (comm) => comm.recv(0, { into }),
    )
    expect(got).toBe(into)
    expect(into.indexOf(0)).toBe(7000)
  })

  it('a DataView is an item: it arrives as a DataView', async () => {
    const sent = new DataView(Uint8Array.of(9, 1, 2, 3, 9).buffer, 1, 3)
    const got = (await delivered(() => sent, eager)) as DataView
    expect(got).toBeInstanceOf(DataView)
    expect([0, 1, 2].map((i) => got.getUint8(i))).toEqual([1, 2, 3])
    expect(got.byteLength).toBe(3)
  })
})

describe('memory that is gone', () => {
  const detached = (): Raw => {
    const array = new Float64Array(4)
    structuredClone(array, { transfer: [array.buffer] })
    return array
  }
  const outOfBounds = (): Raw => {
    const buffer = resizable(64)
    const array = new Uint8Array(buffer, 32, 32)
    ;(buffer as unknown as { resize(length: number): void }).resize(16)
    return array
  }

  it.each([
    ['detached', detached],
    ['out of bounds', outOfBounds],
  ])('%s: no send', async (_, make) => {
    await runRanks(1, async (comm) => {
      expect(await rejection(comm.send(make(), 0))).toBeInstanceOf(BufferError)
      expect(await comm.iprobe()).toBe(null)
    })
  })

  it.each([
    ['detached', detached],
    ['out of bounds', outOfBounds],
  ])('%s: no receive', async (_, make) => {
    await runRanks(1, async (comm) => {
      await comm.send(new Uint8Array(0), 0)
      expect(await rejection(comm.recv(0, { into: make() }))).toBeInstanceOf(BufferError)
    })
  })
})

it('memory that goes away while a receive waits for it fails the receive, not the job', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) {
      await comm.recv(1, { tag: 9 })
      return comm.send(Float64Array.of(1, 2), 1)
    }
    const into = new Float64Array(2)
    const got = comm.irecv(0, { into })
    structuredClone(into, { transfer: [into.buffer] })
    await comm.send(null, 0, { tag: 9 })
    expect(await rejection(got)).toBeInstanceOf(Error)
  })
})
