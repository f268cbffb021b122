import { describe, expect, it } from 'vitest'
import type { Request } from '../../src/comm/request.ts'
import { waitAll, waitAny, waitSome } from '../../src/comm/wait.ts'
import { TruncateError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { rejection, withRequests } from './tools.ts'

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
