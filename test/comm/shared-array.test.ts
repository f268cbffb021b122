import { describe, expect, it } from 'vitest'
import {
  BufferError,
  CollectiveMismatchError,
  CountError,
  MpiError,
  TypeMismatchError,
} from '../../src/errors.ts'
import { SUM } from '../../src/index.ts'
import { runRanks } from '../../src/testing/index.ts'

describe('sharedArray', () => {
  it('gives all ranks the same memory, filled with zeros', async () => {
    const seen = await runRanks(4, async (comm) => {
      const shared = await comm.sharedArray(Int32Array, 8)
      expect([...shared]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
      await comm.barrier()
      shared[comm.rank] = comm.rank + 1
      await comm.barrier()
      return [...shared]
    })
    for (const values of seen) expect(values).toEqual([1, 2, 3, 4, 0, 0, 0, 0])
  })

  it('gives every call its own memory', async () => {
    await runRanks(2, async (comm) => {
      const [a, b] = [await comm.sharedArray(Float64Array, 3), await comm.sharedArray(Float64Array, 3)]
      if (comm.rank === 0) a.fill(1)
      await comm.barrier()
      expect([...b]).toEqual([0, 0, 0])
    })
  })

  it.each([0, 1, 5])('has exactly the length asked for: %i', async (length) => {
    await runRanks(3, async (comm) => {
      const shared = await comm.sharedArray(BigInt64Array, length)
      expect(shared).toBeInstanceOf(BigInt64Array)
      expect(shared.length).toBe(length)
    })
  })

  it('serves as buffer of messages and collectives', async () => {
    await runRanks(3, async (comm) => {
      const shared = await comm.sharedArray(Float64Array, 3)
      shared[comm.rank] = 10 * (comm.rank + 1)
      await comm.barrier()
      const sum = await comm.allreduce(shared, SUM)
      expect([...sum]).toEqual([30, 60, 90])
      if (comm.rank === 0) await comm.send(shared, 1)
      if (comm.rank === 1) expect([...((await comm.recv(0)) as Float64Array)]).toEqual([10, 20, 30])
    })
  })

  it('is an array like any other in a communicator of one', async () => {
    await runRanks(2, async (comm) => {
      const alone = await comm.split(comm.rank)
      const own = await alone!.sharedArray(Uint8Array, 4)
      own.fill(comm.rank)
      await comm.barrier()
      expect([...own]).toEqual(new Array(4).fill(comm.rank))
    })
  })

  it('refuses ranks on different hosts, and says how to part them', async () => {
    const nodeOf = [0, 0, 1, 1]
    await runRanks(
      4,
      async (comm) => {
        const refused = comm.sharedArray(Float64Array, 4)
        await expect(refused).rejects.toThrow(MpiError)
        await expect(refused).rejects.toThrow(/rank 2 is on another host than rank 0.*splitType\('shared'\)/)
        const host = await comm.splitType('shared')
        const shared = await host.sharedArray(Float64Array, 1)
        if (host.rank === 0) shared[0] = nodeOf[comm.rank]! + 1
        await host.barrier()
        expect(shared[0]).toBe(nodeOf[comm.rank]! + 1)
      },
      { nodeOf },
    )
  })

  it.each([-1, 1.5, Number.NaN, '4', undefined])('refuses the length %o', async (length) => {
    await runRanks(2, async (comm) => {
      await expect(comm.sharedArray(Float64Array, length as number)).rejects.toThrow(CountError)
    })
  })

  it.each([Array, DataView, 'Float64Array', undefined])('refuses the constructor %o', async (ctor) => {
    await runRanks(2, async (comm) => {
      await expect(comm.sharedArray(ctor as never, 4)).rejects.toThrow(TypeMismatchError)
    })
  })

  it('finds ranks that ask for different lengths', async () => {
    await runRanks(2, async (comm) => {
      await expect(comm.sharedArray(Float64Array, 4 + comm.rank)).rejects.toThrow(CollectiveMismatchError)
    })
  })

  it('fails on all ranks if there is no room', async () => {
    await runRanks(3, async (comm) => {
      await expect(comm.sharedArray(Float64Array, 2 ** 50)).rejects.toThrow(BufferError)
      await comm.barrier()
    })
  })
})
