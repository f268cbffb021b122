import { describe, expect, it } from 'vitest'
import { ANY_SOURCE, ANY_TAG } from '../../src/comm/arguments.ts'
import { RankFailedError, TruncateError, TypeMismatchError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { pattern, rejection, same } from './tools.ts'

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('sendrecv among %d ranks, every send waiting', (size) => {
  it.each([0, 1, 3000, 100_000])('a ring of %d bytes', async (bytes) => {
    await runRanks(
      size,
      async (comm) => {
        const next = (comm.rank + 1) % size
        const previous = (comm.rank + size - 1) % size
        const got = await comm.sendrecv(pattern(bytes, comm.rank), next, { source: previous })
        expect(same(got, pattern(bytes, previous))).toBe(true)
      },
      { eager: 0 },
    )
  })

  it('a ring once around, with into and status', async () => {
    await runRanks(
      size,
      async (comm) => {
        const next = (comm.rank + 1) % size
        const source = (comm.rank + size - 1) % size
        let travelling = Int32Array.of(comm.rank)
        for (let step = 1; step <= size; step++) {
          const into = new Int32Array(1)
          const options = { source, tag: step, into, status: true } as const
          const { value, status } = await comm.sendrecv(travelling, next, options)
          expect(value).toBe(into)
          expect(status).toEqual({ source, tag: step, count: 1, bytes: 4, type: Int32Array })
          travelling = into
        }
        expect(travelling[0]).toBe(comm.rank)
      },
      { eager: 0 },
    )
  })

  it('a shift along an open line, with null at its ends', async () => {
    const got = await runRanks(
      size,
      async (comm) => {
        const next = comm.rank + 1 < size ? comm.rank + 1 : null
        const previous = comm.rank > 0 ? comm.rank - 1 : null
        return comm.sendrecv(comm.rank, next, { source: previous })
      },
      { eager: 0 },
    )
    expect(got).toEqual(Array.from({ length: size }, (_, r) => (r === 0 ? undefined : r - 1)))
  })
})

it('leaves a ghost cell at the open end untouched', async () => {
  await runRanks(3, async (comm) => {
    const ghost = Float64Array.of(-1)
    const next = comm.rank < 2 ? comm.rank + 1 : null
    const source = comm.rank > 0 ? comm.rank - 1 : null
    expect(await comm.sendrecv(Float64Array.of(comm.rank), next, { source, into: ghost })).toBe(ghost)
    expect(ghost[0]).toBe(comm.rank - 1)
  })
})

describe('tags', () => {
  it('recvTag is as tag if left away', async () => {
    await runRanks(2, async (comm) => {
      const other = 1 - comm.rank
      const wrong = comm.send('other tag', other, { tag: 1 })
      expect(await comm.sendrecv('same tag', other, { source: other, tag: 5 })).toBe('same tag')
      expect(await comm.recv(other)).toBe('other tag')
      await wrong
    })
  })

  it('recvTag may differ, and may be any', async () => {
    await runRanks(2, async (comm) => {
      const other = 1 - comm.rank
      const [tag, recvTag] = comm.rank === 0 ? [3, 4] : [4, 3]
      expect(await comm.sendrecv(tag, other, { source: other, tag, recvTag })).toBe(recvTag)
      expect(await comm.sendrecv(tag, other, { source: ANY_SOURCE, tag, recvTag: ANY_TAG })).toBe(recvTag)
    })
  })
})

it('meets plain sends and receives', async () => {
  await runRanks(3, async (comm) => {
    if (comm.rank === 0) return comm.send('to one', 1)
    if (comm.rank === 2) return expect(await comm.recv(1)).toBe('to two')
    expect(await comm.sendrecv('to two', 2, { source: 0 })).toBe('to one')
  })
})

it('swaps with oneself', async () => {
  await runRanks(
    1,
    async (comm) => {
      expect(await comm.sendrecv({ a: 1 }, 0, { source: 0 })).toEqual({ a: 1 })
    },
    { eager: 0 },
  )
})

it('a failing send fails the call, and leaves no receive behind to steal a message', async () => {
  await runRanks(
    3,
    async (comm) => {
      if (comm.rank === 1) return
      if (comm.rank === 2) {
        await comm.recv(0)
        return comm.send('for the next receive', 0)
      }
      expect(await rejection(comm.sendrecv('x', 1, { source: 2 }))).toBeInstanceOf(RankFailedError)
      await comm.send('go', 2)
      expect(await comm.recv(2)).toBe('for the next receive')
    },
    { eager: 0 },
  )
})

describe('a failing receive fails the call', () => {
  it('too short an into', async () => {
    await runRanks(2, async (comm) => {
      const other = 1 - comm.rank
      const into = new Float64Array(1)
      const swap = comm.sendrecv(new Float64Array(2), other, { source: other, into })
      expect(await rejection(swap)).toBeInstanceOf(TruncateError)
      expect(await comm.sendrecv('ok', other, { source: other })).toBe('ok')
    })
  })

  it('another type', async () => {
    await runRanks(2, async (comm) => {
      const other = 1 - comm.rank
      const swap = comm.sendrecv(new Float64Array(2), other, { source: other, as: Int8Array })
      expect(await rejection(swap)).toBeInstanceOf(TypeMismatchError)
      expect(await comm.sendrecv('ok', other, { source: other })).toBe('ok')
    })
  })
})
