import { describe, expect, it } from 'vitest'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, same } from './tools.ts'

describe.each(eagerSettings)('requests, eager %d', (eager) => {
  it('a receive is done when its message is there, and then has a status', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          await comm.recv(1, { tag: 9 })
          return comm.send(pattern(5000, 1), 1, { tag: 4 })
        }
        const request = comm.irecv(0, { tag: 4 })
        expect(request.done).toBe(false)
        expect(request.status).toBe(undefined)
        expect(await request.test()).toBe(false)
        await comm.send('go', 0, { tag: 9 })
        expect(same(await request, pattern(5000, 1))).toBe(true)
        expect(request.done).toBe(true)
        expect(request.status).toEqual({ source: 0, tag: 4, count: 5000, bytes: 5000, type: Uint8Array })
        expect(await request.test()).toBe(true)
      },
      { eager },
    )
  })

  it('polling with test() alone gets a message through', async () => {
    await runRanks(
      2,
      async (comm) => {
        const other = 1 - comm.rank
        const sent = comm.isend(pattern(20_000, comm.rank), other)
        const got = comm.irecv<Uint8Array>(other)
        while (!(await got.test()) || !(await sent.test()));
        expect(got.done && sent.done).toBe(true)
        expect(same(await got, pattern(20_000, other))).toBe(true)
      },
      { eager },
    )
  })

  it('may be awaited twice, and by two at the same time', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          const request = comm.isend({ n: 1 }, 1)
          return void (await Promise.all([request, request]))
        }
        const request = comm.irecv(0)
        const [a, b] = await Promise.all([request, request])
        expect(a).toEqual({ n: 1 })
        expect(b).toBe(a)
        expect(await request).toBe(a)
      },
      { eager },
    )
  })

  it('posting order is call order, whatever is awaited first', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0)
          return void (await Promise.all([comm.isend('a', 1), comm.isend('b', 1), comm.isend('c', 1)]))
        const [a, b, c] = [comm.irecv(0), comm.irecv(0), comm.irecv(0)]
        expect([await c, await a, await b]).toEqual(['c', 'a', 'b'])
      },
      { eager },
    )
  })

  it('isend and irecv let two ranks exchange head to head', async () => {
    await runRanks(
      2,
      async (comm) => {
        const other = 1 - comm.rank
        const request = comm.isend(pattern(9000, comm.rank), other)
        expect(same(await comm.recv(other), pattern(9000, other))).toBe(true)
        await request
      },
      { eager },
    )
  })
})

it('irecv fills into and resolves to it', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) return comm.send(Float64Array.of(1, 2), 1)
    const into = new Float64Array(3)
    const request = comm.irecv(0, { into })
    expect(await request).toBe(into)
    expect(into).toEqual(Float64Array.of(1, 2, 0))
    expect(request.status).toMatchObject({ count: 2 })
  })
})

it('tells who waited for it', async () => {
  await runRanks(1, async (comm) => {
    const request = comm.irecv(0)
    expect(request.delivered).toBe(false)
    await comm.send(1, 0)
    await request
    expect(request.delivered).toBe(true)
  })
})
