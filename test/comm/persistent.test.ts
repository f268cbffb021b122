import { describe, expect, it } from 'vitest'
import { ANY_SOURCE } from '../../src/comm/arguments.ts'
import { type PersistentRequest, startAll } from '../../src/comm/persistent.ts'
import { waitAll } from '../../src/comm/wait.ts'
import { MpiError, RankError, TagError, TypeMismatchError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import type { Raw } from '../../src/wire/datatype.ts'
import { eagerSettings, pattern, rejection, same } from './tools.ts'

describe.each(eagerSettings)('persistent requests, eager %d', (eager) => {
  it.each([1, 2, 3, 5, 8])('a halo exchange among %d ranks, started again and again', async (size) => {
    await runRanks(
      size,
      async (comm) => {
        const left = (comm.rank + size - 1) % size
        const right = (comm.rank + 1) % size
        const mine = new Float64Array(40)
        const fromLeft = new Float64Array(40)
        const fromRight = new Float64Array(40)
        const halo = [
          comm.recvInit(left, { tag: 1, into: fromLeft }),
          comm.recvInit(right, { tag: 2, into: fromRight }),
          comm.sendInit(mine, right, { tag: 1 }),
          comm.sendInit(mine, left, { tag: 2 }),
        ]
        for (let step = 0; step < 7; step++) {
          // Read at the start, not when the request was made.
          mine.fill(100 * step + comm.rank)
          startAll(halo)
          const [a, b] = await waitAll(halo)
          expect(a).toBe(fromLeft)
          expect(b).toBe(fromRight)
          expect(fromLeft.every((x) => x === 100 * step + left)).toBe(true)
          expect(fromRight.every((x) => x === 100 * step + right)).toBe(true)
        }
        for (const request of halo) request.free()
      },
      { eager },
    )
  })

  it('carries arrays of any length and items, new ones at each start', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          const record = { step: -1, list: [0] }
          const bytes = pattern(30_000, 0)
          const item = comm.sendInit(record, 1, { tag: 1 })
          const array = comm.sendInit(bytes, 1, { tag: 2 })
          for (let step = 0; step < 4; step++) {
            record.step = step
            record.list.push(step)
            bytes.set(pattern(30_000, step))
            startAll([item, array])
            await waitAll([item, array])
          }
          return
        }
        const item = comm.recvInit<{ step: number; list: number[] }>(0, { tag: 1 })
        const array = comm.recvInit(0, { tag: 2, as: Uint8Array })
        for (let step = 0; step < 4; step++) {
          array.start()
          item.start()
          expect((await item).list).toHaveLength(step + 2)
          const got = await array
          expect(same(got, pattern(30_000, step))).toBe(true)
          expect(array.status).toEqual({ source: 0, tag: 2, count: 30_000, bytes: 30_000, type: Uint8Array })
        }
      },
      { eager },
    )
  })

  it('meets plain sends and receives, in the order of starts and calls', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          const second = comm.sendInit('second', 1)
          const first = comm.send('first', 1)
          second.start()
          const third = comm.send('third', 1)
          await waitAll([first, second, third])
          return
        }
        const any = comm.recvInit<string>(ANY_SOURCE)
        any.start()
        const next = comm.recv(0)
        expect(await any).toBe('first')
        any.start()
        expect([await next, await any]).toEqual(['second', 'third'])
      },
      { eager },
    )
  })
})

describe.each(eagerSettings)('ssendInit, eager %d', (eager) => {
  it.each([0, 1, 5000, 200_000])(
    'of %d bytes is complete after its receive has been posted, each time',
    async (bytes) => {
      const posted = [false, false, false]
      await runRanks(
        2,
        async (comm) => {
          const data = new Uint8Array(bytes)
          const request = comm.rank === 0 ? comm.ssendInit(data, 1, { tag: 1 }) : null
          for (const round of posted.keys()) {
            data.set(pattern(bytes, round))
            request?.start()
            const sent = request?.then(() => expect(posted[round]).toBe(true))
            for (let i = 0; i < 5; i++)
              await comm.sendrecv(i, 1 - comm.rank, { source: 1 - comm.rank, tag: 2 })
            expect(request?.done).toBe(request === null ? undefined : false)
            posted[round] = comm.rank === 1 || posted[round]!
            await comm.sendrecv(0, 1 - comm.rank, { source: 1 - comm.rank, tag: 3 })
            if (comm.rank === 1)
              expect(same(await comm.recv(0, { tag: 1 }), pattern(bytes, round))).toBe(true)
            await sent
          }
        },
        { eager },
      )
    },
  )

  it('names itself where nobody receives', async () => {
    const run = runRanks(
      2,
      async (comm) => {
        if (comm.rank === 1) return comm.recv(0, { tag: 5 })
        const request = comm.ssendInit('x', 1)
        request.start()
        return request
      },
      { eager },
    )
    expect((await rejection(run)).message).toMatch(/rank 0: ssendInit on world/)
  })
})

it('ssendInit checks its arguments at once, and sends to nobody and to itself', async () => {
  await runRanks(1, async (comm) => {
    expect(() => comm.ssendInit(1, 1)).toThrow(RankError)
    expect(() => comm.ssendInit(1, 0, { tag: -1 })).toThrow(TagError)
    const nobody = comm.ssendInit(1, null)
    nobody.start()
    await nobody
    const toSelf = comm.ssendInit('a', 0)
    toSelf.start()
    expect(toSelf.done).toBe(false)
    expect(await comm.recv(0)).toBe('a')
    await toSelf
  })
})

describe('a persistent request', () => {
  it('is inactive, active from its start until it was waited for, inactive again', async () => {
    await runRanks(1, async (comm) => {
      const request = comm.recvInit<string>(0)
      expect([request.active, request.done, request.delivered]).toEqual([false, true, true])
      request.start()
      expect([request.active, request.done, request.delivered]).toEqual([true, false, false])
      await comm.send('x', 0)
      await comm.progress()
      expect([request.active, request.done, request.delivered]).toEqual([true, true, false])
      expect(await request).toBe('x')
      expect([request.active, request.done, request.delivered]).toEqual([false, true, true])
      expect(request.status).toMatchObject({ source: 0, count: 1 })
    })
  })

  it('may not be started while it is active, also if it is done', async () => {
    await runRanks(1, async (comm) => {
      const request = comm.recvInit(0, { tag: 3 })
      request.start()
      expect(() => request.start()).toThrow(MpiError)
      expect(() => request.start()).toThrow(
        'start of recvInit on world, rank 0 of 1: the request is active; wait for it (await request) before the next start',
      )
      await comm.send(1, 0, { tag: 3 })
      await comm.progress()
      expect(request.done).toBe(true)
      expect(() => request.start()).toThrow('is active')
      expect(await request).toBe(1)
      request.start()
      await comm.send(2, 0, { tag: 3 })
      expect(await request).toBe(2)
    })
  })

  it('may be started by whoever has just been told its result', async () => {
    await runRanks(1, async (comm) => {
      const request = comm.recvInit<number>(0)
      const got: number[] = []
      const again = (value: number): PromiseLike<void> | undefined => {
        got.push(value)
        if (value === 3) return
        request.start()
        return request.then(again)
      }
      request.start()
      const over = request.then(again)
      for (const value of [1, 2, 3]) await comm.send(value, 0)
      await over
      expect(got).toEqual([1, 2, 3])
    })
  })

  it('tells two that wait for the same start the same, done before or after', async () => {
    await runRanks(1, async (comm) => {
      const request = comm.recvInit<{ n: number }>(0)
      request.start()
      const early = Promise.all([request, request])
      await comm.send({ n: 1 }, 0)
      const [a, b] = await early
      expect(a).toEqual({ n: 1 })
      expect(b).toBe(a)
      request.start()
      await comm.send({ n: 2 }, 0)
      await comm.progress()
      expect(request.done).toBe(true)
      const [c, d] = await Promise.all([request, request])
      expect(c).toEqual({ n: 2 })
      expect(d).toBe(c)
    })
  })
})

describe('waiting for an inactive request', () => {
  const empty = { source: null, count: 0, bytes: 0, type: null }

  it('completes at once, with the status of no message', async () => {
    await runRanks(1, async (comm) => {
      const into = Float64Array.of(7)
      const received = comm.recvInit(0, { into })
      const plain = comm.recvInit(0)
      const full = comm.recvInit(0, { into, status: true }) as PersistentRequest<unknown>
      const sent = comm.sendInit(into, 0)
      expect(await waitAll([received, plain, sent])).toEqual([into, undefined, undefined])
      expect(await received.test()).toBe(true)
      expect(received.status).toMatchObject(empty)
      expect(sent.status).toBe(undefined)
      expect(await full).toMatchObject({ value: into, status: empty })
      expect(into[0]).toBe(7)
    })
  })

  it('gives an old message to nobody', async () => {
    await runRanks(1, async (comm) => {
      const request = comm.recvInit<string>(0)
      request.start()
      await comm.send('x', 0)
      expect(await request).toBe('x')
      expect(request.status).toMatchObject({ source: 0 })
      expect(await request).toBe(undefined)
      expect(request.status).toMatchObject(empty)
    })
  })
})

describe('startAll', () => {
  it('starts none if one of them cannot be started', async () => {
    await runRanks(1, async (comm) => {
      const requests = [0, 1, 2].map((tag) => comm.recvInit<number>(0, { tag }))
      requests[2]!.start()
      expect(() => startAll(requests)).toThrow(
        'startAll of recvInit on world, rank 0 of 1: the request is active',
      )
      expect(requests.map(({ active }) => active)).toEqual([false, false, true])
      await comm.send(5, 0, { tag: 2 })
      expect(await requests[2]).toBe(5)
      requests[1]!.free()
      expect(() => startAll(requests)).toThrow('has been freed')
      expect(requests.some(({ active }) => active)).toBe(false)
      expect(() => startAll([requests[0]!, requests[0]!])).toThrow('twice in the list')
      expect(requests[0]!.active).toBe(false)
      startAll([])
    })
  })
})

describe('arguments', () => {
  it('are checked when the request is made', async () => {
    await runRanks(2, async (comm) => {
      expect(() => comm.sendInit(0, 2)).toThrow(RankError)
      expect(() => comm.sendInit(0, 2)).toThrow('sendInit on world, rank')
      expect(() => comm.sendInit(0, 1, { tag: -1 })).toThrow(TagError)
      expect(() => comm.sendInit(0, 1, { tags: 1 } as never)).toThrow('no option tags')
      expect(() => comm.recvInit(undefined as never)).toThrow(RankError)
      expect(() => comm.recvInit(0, { tag: 2 ** 31 })).toThrow(TagError)
      expect(() => comm.recvInit(0, { into: [1] as unknown as Raw })).toThrow(TypeMismatchError)
      expect(() => comm.recvInit(0, { timeout: -1 })).toThrow(MpiError)
      expect(() => comm.recvInit(0, 7 as never)).toThrow('recvInit on world, rank')
    })
  })

  it('what is wrong with a value is thrown by start, which leaves the request inactive', async () => {
    await runRanks(1, async (comm) => {
      const value: { f: unknown } = { f: () => 1 }
      const request = comm.sendInit(value, 0)
      expect(() => request.start()).toThrow('sendInit on world, rank 0 of 1')
      expect(request.active).toBe(false)
      value.f = 2
      request.start()
      expect(await comm.recv(0)).toEqual({ f: 2 })
      await request
    })
  })

  it('of an object of options are those of the call', async () => {
    await runRanks(1, async (comm) => {
      const options = { tag: 4 }
      const [sent, received] = [comm.sendInit('x', 0, options), comm.recvInit(0, options)]
      options.tag = 5
      startAll([sent, received])
      expect(await received).toBe('x')
      expect(received.status!.tag).toBe(4)
      await sent
    })
  })

  it('null is nobody', async () => {
    await runRanks(1, async (comm) => {
      const into = Float64Array.of(3)
      const requests = [comm.sendInit('x', null), comm.recvInit(null, { into })] as const
      for (let i = 0; i < 3; i++) {
        startAll(requests)
        expect(requests.map(({ active, done }) => [active, done])).toEqual([
          [true, true],
          [true, true],
        ])
        expect(await waitAll(requests)).toEqual([undefined, into])
        expect(requests[1].status).toMatchObject({ source: null, count: 0 })
      }
    })
  })
})

it('free ends starts, not what is under way', async () => {
  await runRanks(1, async (comm) => {
    const request = comm.recvInit(0)
    request.start()
    request.free()
    await comm.send('still comes', 0)
    expect(await request).toBe('still comes')
    expect(() => request.start()).toThrow(
      'start of recvInit on world, rank 0 of 1: the request has been freed; make a new one',
    )
    expect(await rejection((async () => request.start())())).toBeInstanceOf(MpiError)
    request.free()
    expect(await request).toBe(undefined)
  })
})
