import { describe, expect, it } from 'vitest'
import { CancelledError, ItemError, RankError, TagError, TypeMismatchError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import type { Raw } from '../../src/wire/datatype.ts'
import { rejection } from './tools.ts'

describe('cancel', () => {
  it('withdraws a receive that no message has matched', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.recv(1, { tag: 9 })
        return comm.send('for the second', 1)
      }
      const request = comm.irecv(0)
      expect(request.cancel()).toBe(true)
      const error = await rejection(request)
      expect(error).toBeInstanceOf(CancelledError)
      expect(error.message).toMatch(/irecv on world, rank 1 of 2/)
      expect(request.done).toBe(true)
      expect(request.cancel(), 'it is over').toBe(false)
      await comm.send('cancelled', 0, { tag: 9 })
      expect(await comm.recv(0)).toBe('for the second')
    })
  })

  it('withdraws only itself among receives posted alike', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.recv(1, { tag: 9 })
        await comm.send('a', 1)
        return comm.send('b', 1)
      }
      const requests = [comm.irecv(0), comm.irecv(0), comm.irecv(0)]
      expect(requests[1]!.cancel()).toBe(true)
      await comm.send(null, 0, { tag: 9 })
      expect(await requests[0]).toBe('a')
      expect(await requests[2]).toBe('b')
      expect(await rejection(requests[1]!)).toBeInstanceOf(CancelledError)
    })
  })

  it('comes too late for a receive that is done', async () => {
    await runRanks(1, async (comm) => {
      await comm.send('x', 0)
      const request = comm.irecv(0)
      expect(await request).toBe('x')
      expect(request.cancel()).toBe(false)
      expect(await request).toBe('x')
    })
  })

  it('does not withdraw a send', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 1) return expect(await comm.recv(0)).toBe('x')
        const request = comm.isend('x', 1)
        expect(request.cancel()).toBe(false)
        await request
      },
      { eager: 0 },
    )
  })
})

describe('what is wrong with the arguments is thrown at once', () => {
  it('by isend', async () => {
    await runRanks(2, async (comm) => {
      expect(() => comm.isend(0, 2)).toThrow(RankError)
      expect(() => comm.isend(0, undefined as unknown as number)).toThrow(RankError)
      expect(() => comm.isend(0, 1, { tag: -1 })).toThrow(TagError)
      expect(() => comm.isend(() => 1, 1)).toThrow(ItemError)
    })
  })

  it('by irecv', async () => {
    await runRanks(2, async (comm) => {
      expect(() => comm.irecv(2)).toThrow(RankError)
      expect(() => comm.irecv(undefined)).toThrow(RankError)
      expect(() => comm.irecv(0, { tag: 2 ** 31 })).toThrow(TagError)
      expect(() => comm.irecv(0, { into: [1] as unknown as Raw })).toThrow(TypeMismatchError)
      expect(() => comm.irecv(0, { into: new Int8Array(1), as: Uint8Array })).toThrow(TypeMismatchError)
    })
  })

  it('but rejected by send and recv, which throw nothing', async () => {
    await runRanks(2, async (comm) => {
      const calls = [comm.send(0, 2), comm.send(() => 1, 1), comm.recv(2), comm.probe(2)]
      for (const call of calls) expect(await rejection(call)).toBeInstanceOf(Error)
    })
  })
})
