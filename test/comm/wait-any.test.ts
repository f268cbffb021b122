import { describe, expect, it } from 'vitest'
import type { Request } from '../../src/comm/request.ts'
import { type Completion, waitAny, waitSome } from '../../src/comm/wait.ts'
import { TruncateError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { rejection, withRequests } from './tools.ts'

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
      await comm.progress()
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
