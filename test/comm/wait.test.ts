import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import type { Request } from '../../src/comm/request.ts'
import { type Completion, waitAll, waitAny, waitSome } from '../../src/comm/wait.ts'
import { TruncateError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { rejection } from './tools.ts'

const count = 6

/** Rank 0 sends `count` numbers with their own tags, those of odd tags first; rank 1 gets requests for all. */
function withRequests(use: (requests: Request<number>[], comm: Communicator) => Promise<void>) {
  return runRanks(
    2,
    async (comm) => {
      if (comm.rank === 0) {
        for (const tag of [1, 3, 5, 0, 2, 4]) await comm.send(tag * 10, 1, { tag })
        return
      }
      const requests = Array.from({ length: count }, (_, tag) => comm.irecv<number>(0, { tag }))
      await use(requests, comm)
    },
    { delayMs: [0, 5] },
  )
}

describe('waitAll', () => {
  it('gives the values in the order of the list', () =>
    withRequests(async (requests) => {
      expect(await waitAll(requests)).toEqual([0, 10, 20, 30, 40, 50])
      expect(requests.every((request) => request.done && request.delivered)).toBe(true)
    }))

  it('takes promises and requests together', () =>
    withRequests(async ([a, b, ...rest]) => {
      expect(await waitAll([a!, Promise.resolve('p'), b!])).toEqual([0, 'p', 10])
      await waitAll(rest)
    }))

  it('of an empty list resolves to an empty list', async () => {
    expect(await waitAll([])).toEqual([])
  })

  it('rejects with a failure among them; the others can still be had', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.send(new Float64Array(5), 1, { tag: 1 })
        return comm.send('good', 1, { tag: 2 })
      }
      const bad = comm.irecv(0, { tag: 1, into: new Float64Array(1) })
      const good = comm.irecv(0, { tag: 2 })
      expect(await rejection(waitAll([good, bad]))).toBeInstanceOf(TruncateError)
      expect(await good).toBe('good')
    })
  })
})

describe('waitAny', () => {
  it('delivers each request once, then null', () =>
    withRequests(async (requests) => {
      const got: Completion<number>[] = []
      for (let one = await waitAny(requests); one !== null; one = await waitAny(requests)) got.push(one)
      expect(got.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3, 4, 5])
      for (const { index, value, status } of got) {
        expect(value).toBe(index * 10)
        expect(status).toMatchObject({ source: 0, tag: index })
      }
      expect(await waitAny(requests)).toBe(null)
    }))

  it('of an empty list is null', async () => {
    expect(await waitAny([])).toBe(null)
  })

  it('passes over a request that was awaited itself', () =>
    withRequests(async (requests) => {
      await requests[3]
      const indices = new Set<number>()
      for (let one = await waitAny(requests); one !== null; one = await waitAny(requests))
        indices.add(one.index)
      expect([...indices].sort()).toEqual([0, 1, 2, 4, 5])
    }))

  it('rejects with the failure of the one that is over, which counts as delivered', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.send(new Float64Array(5), 1, { tag: 1 })
        await comm.recv(1)
        return comm.send('good', 1, { tag: 2 })
      }
      const requests: Request<unknown>[] = [
        comm.irecv(0, { tag: 2 }),
        comm.irecv(0, { tag: 1, into: new Float64Array(1) }),
      ]
      expect(await rejection(waitAny(requests))).toBeInstanceOf(TruncateError)
      await comm.send('go on', 0)
      expect(await waitAny(requests)).toMatchObject({ index: 0, value: 'good' })
      expect(await waitAny(requests)).toBe(null)
    })
  })
})

describe('waitSome', () => {
  it('delivers everything once, in list order within each answer, then null', () =>
    withRequests(async (requests) => {
      const seen: number[] = []
      for (let some = await waitSome(requests); some !== null; some = await waitSome(requests)) {
        const indices = some.map(({ index }) => index)
        expect(indices.length).toBeGreaterThan(0)
        expect(indices).toEqual([...indices].sort())
        for (const { index, value } of some) expect(value).toBe(index * 10)
        seen.push(...indices)
      }
      expect(seen.sort()).toEqual([0, 1, 2, 3, 4, 5])
    }))

  it('delivers all that are over at once', async () => {
    await runRanks(1, async (comm) => {
      const requests = [comm.irecv(0, { tag: 0 }), comm.irecv(0, { tag: 1 }), comm.irecv(0, { tag: 2 })]
      await comm.send('a', 0, { tag: 0 })
      await comm.send('c', 0, { tag: 2 })
      await comm.progress()
      const some = await waitSome(requests)
      expect(some!.map(({ index, value }) => [index, value])).toEqual([
        [0, 'a'],
        [2, 'c'],
      ])
      await comm.send('b', 0, { tag: 1 })
      expect(await waitSome(requests)).toMatchObject([{ index: 1, value: 'b' }])
      expect(await waitSome(requests)).toBe(null)
    })
  })

  it('rejects with a failure among them, which takes no other result away', async () => {
    await runRanks(1, async (comm) => {
      const requests: Request<unknown>[] = [
        comm.irecv(0, { tag: 0 }),
        comm.irecv(0, { tag: 1, into: new Float64Array(1) }),
        comm.irecv(0, { tag: 2 }),
      ]
      for (const tag of [0, 1, 2]) await comm.send(new Float64Array(2 + tag), 0, { tag })
      for (let i = 0; i < 20; i++) await comm.progress()
      expect(requests.every((request) => request.done)).toBe(true)
      expect(await rejection(waitSome(requests))).toBeInstanceOf(TruncateError)
      const some = await waitSome(requests)
      expect(some!.map(({ index, status }) => [index, status!.count])).toEqual([
        [0, 2],
        [2, 4],
      ])
      expect(await waitSome(requests)).toBe(null)
    })
  })

  it('of an empty list is null', async () => {
    expect(await waitSome([])).toBe(null)
  })
})

describe('requests to and from null', () => {
  it('are over at once, and delivered once', async () => {
    await runRanks(1, async (comm) => {
      const requests: Request<unknown>[] = [comm.irecv(null), comm.isend('x', null)]
      expect(await waitSome(requests)).toMatchObject([{ index: 0 }, { index: 1 }])
      expect(await waitSome(requests)).toBe(null)
      expect(await waitAny(requests)).toBe(null)
    })
  })

  it('mix with others, as at the open end of a line', async () => {
    await runRanks(
      3,
      async (comm) => {
        const left = comm.rank > 0 ? comm.rank - 1 : null
        const right = comm.rank < 2 ? comm.rank + 1 : null
        const [fromLeft, fromRight] = await waitAll([
          comm.irecv(left),
          comm.irecv(right),
          comm.isend(comm.rank, left),
          comm.isend(comm.rank, right),
        ])
        expect([fromLeft, fromRight]).toEqual([left ?? undefined, right ?? undefined])
      },
      { eager: 0 },
    )
  })
})

it('waits for sends as well', async () => {
  await runRanks(
    2,
    async (comm) => {
      const other = 1 - comm.rank
      const sends = Array.from({ length: 10 }, (_, i) => comm.isend(i, other))
      const receives = Array.from({ length: 10 }, () => comm.irecv<number>(other))
      expect(await waitAll(receives)).toEqual([...Array(10).keys()])
      let delivered = 0
      for (let one = await waitAny(sends); one !== null; one = await waitAny(sends)) delivered++
      expect(delivered).toBe(10)
    },
    { eager: 0 },
  )
})
