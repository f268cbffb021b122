/** Persistent requests in the wait calls, and how they fail. */
import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import { type PersistentRequest, startAll } from '../../src/comm/persistent.ts'
import type { Request } from '../../src/comm/request.ts'
import { waitAny, waitSome } from '../../src/comm/wait.ts'
import {
  CancelledError,
  MpiError,
  RankFailedError,
  TimeoutError,
  TruncateError,
  TypeMismatchError,
} from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, rejection, same } from './tools.ts'

/** Rank 0 sends three rounds of four numbers in another order each; rank 1 has a request for each tag. */
function withRounds(use: (requests: PersistentRequest<number>[], round: number) => Promise<void>) {
  return runRanks(
    2,
    async (comm: Communicator) => {
      const requests = [0, 1, 2, 3].map((tag) => comm.recvInit<number>(0, { tag }))
      for (let round = 0; round < 3; round++) {
        if (comm.rank === 0) {
          for (let i = 0; i < 4; i++) {
            const tag = (3 * i + round) % 4
            await comm.send(10 * round + tag, 1, { tag })
          }
        } else {
          startAll(requests)
          await use(requests, round)
        }
      }
    },
    { delayMs: [0, 5] },
  )
}

describe('waitAny and waitSome', () => {
  it('deliver each start once, then null, round after round', () =>
    withRounds(async (requests, round) => {
      const got = new Map<number, number>()
      for (let one = await waitAny(requests); one !== null; one = await waitAny(requests)) {
        expect(one.status).toMatchObject({ source: 0, tag: one.index })
        expect(requests[one.index]!.active).toBe(false)
        got.set(one.index, one.value)
      }
      expect([...got].sort()).toEqual([0, 1, 2, 3].map((tag) => [tag, 10 * round + tag]))
      expect(await waitSome(requests)).toBe(null)
    }))

  it('waitSome delivers all that are over', () =>
    withRounds(async (requests, round) => {
      const got: [number, number][] = []
      for (let some = await waitSome(requests); some !== null; some = await waitSome(requests))
        for (const { index, value } of some) got.push([index, value])
      expect(got.sort()).toEqual([0, 1, 2, 3].map((tag) => [tag, 10 * round + tag]))
    }))

  it('a server starts again what it was given, beside plain requests', async () => {
    await runRanks(
      4,
      async (comm) => {
        if (comm.rank > 0) {
          for (let i = 0; i < 3; i++) await comm.send(10 * comm.rank + i, 0)
          return
        }
        const fromEach = [1, 2, 3].map((source) => comm.recvInit<number>(source))
        const requests: Request<number>[] = [...fromEach, comm.irecv<number>(0, { tag: 9 })]
        startAll(fromEach)
        const got: number[][] = [[], [], []]
        for (let i = 0; i < 9; i++) {
          const { index, value } = (await waitAny(requests))!
          got[index]!.push(value)
          if (got[index]!.length < 3) fromEach[index]!.start()
        }
        expect(got).toEqual([
          [10, 11, 12],
          [20, 21, 22],
          [30, 31, 32],
        ])
        await comm.send(1, 0, { tag: 9 })
        expect(await waitAny(requests)).toMatchObject({ index: 3, value: 1 })
        expect(await waitAny(requests)).toBe(null)
      },
      { delayMs: [0, 5] },
    )
  })

  it('pass over what was never started', async () => {
    await runRanks(1, async (comm) => {
      const requests = [comm.recvInit(0), comm.sendInit(1, 0)]
      expect(await waitAny<unknown>(requests)).toBe(null)
      expect(await waitSome<unknown>(requests)).toBe(null)
    })
  })
})

describe.each(eagerSettings)('test(), eager %d', (eager) => {
  it('alone gets messages through, and ends the round', async () => {
    await runRanks(
      2,
      async (comm) => {
        const other = 1 - comm.rank
        const bytes = new Uint8Array(20_000)
        const into = new Uint8Array(20_000)
        const pair = [comm.sendInit(bytes, other), comm.recvInit(other, { into })] as const
        for (let step = 0; step < 3; step++) {
          bytes.set(pattern(20_000, 2 * step + comm.rank))
          startAll(pair)
          for (const request of pair) {
            while (!(await request.test()));
            expect(request.active).toBe(false)
          }
          expect(same(into, pattern(20_000, 2 * step + other))).toBe(true)
        }
      },
      { eager },
    )
  })

  it('leaves the value to who waits next, once', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send({ x: 42 }, 1)
        const request = comm.recvInit(0)
        request.start()
        while (!(await request.test()));
        expect(request.active).toBe(false)
        expect(await request.test()).toBe(true)
        expect(await request).toEqual({ x: 42 })
        expect(request.status?.source).toBe(0)
        expect(await request).toBe(undefined)
      },
      { eager },
    )
  })
})

describe('a failure', () => {
  it('rejects the wait, and the next start is as if nothing had been', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.send(new Float64Array(9), 1)
        await comm.send(new Int8Array(1), 1)
        return comm.send(Float64Array.of(5), 1)
      }
      const into = new Float64Array(1)
      const request = comm.recvInit(0, { into })
      request.start()
      expect(await rejection(request)).toBeInstanceOf(TruncateError)
      expect(request.active).toBe(false)
      request.start()
      await comm.progress()
      const error = await rejection(
        (async () => {
          while (!(await request.test()));
        })(),
      )
      expect(error).toBeInstanceOf(TypeMismatchError)
      expect(error.message).toMatch(/^recvInit on world, rank 1 of 2, from rank 0/)
      expect(request.active).toBe(false)
      request.start()
      expect(await request).toEqual(Float64Array.of(5))
    })
  })

  it('bears the stack of who waits for it', async () => {
    async function solveOneStep(request: PersistentRequest<unknown>): Promise<void> {
      await request
    }
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) return comm.send(new Float64Array(2), 1)
      const request = comm.recvInit(0, { into: new Float64Array(1) })
      request.start()
      expect((await rejection(solveOneStep(request))).stack).toContain('solveOneStep')
    })
  })

  it('that nobody waits for fails the run at its end', async () => {
    const run = runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.send(new Float64Array(9), 1)
        return comm.send('after', 1, { tag: 1 })
      }
      const request = comm.recvInit(0, { tag: 0, into: new Float64Array(1) })
      request.start()
      await comm.recv(0, { tag: 1 })
    })
    const error = await rejection(run)
    expect(error).toBeInstanceOf(MpiError)
    expect(error.message).toMatch(/rank 1: recvInit on world, rank 1 of 2.*never waited for/)
  })

  it('of a peer that has finished', async () => {
    await runRanks(
      3,
      async (comm) => {
        if (comm.rank !== 1) return
        const requests = [comm.recvInit(0), comm.sendInit('x', 2)]
        for (let i = 0; i < 2; i++) {
          startAll(requests)
          for (const request of requests) expect(await rejection(request)).toBeInstanceOf(RankFailedError)
        }
      },
      { eager: 0, onWarning: () => {} },
    )
  })

  it('of a communicator that is freed meanwhile, and afterwards', async () => {
    await runRanks(2, async (comm) => {
      const other = await comm.dup()
      const request = other.recvInit(1 - comm.rank)
      request.start()
      other.free()
      expect(await rejection(request)).toBeInstanceOf(CancelledError)
      request.start()
      expect(await rejection(request)).toBeInstanceOf(CancelledError)
    })
  })

  it('of time, which is counted from each start', async () => {
    await runRanks(1, async (comm) => {
      const request = comm.recvInit(0, { timeout: 50 })
      for (let i = 0; i < 2; i++) {
        request.start()
        expect(await rejection(request)).toBeInstanceOf(TimeoutError)
      }
      request.start()
      await comm.send('in time', 0)
      expect(await request).toBe('in time')
    })
  })
})

describe('cancel', () => {
  it('withdraws a start that no message has matched', async () => {
    await runRanks(1, async (comm) => {
      const request = comm.recvInit(0)
      expect(request.cancel(), 'nothing is under way').toBe(false)
      request.start()
      expect(request.cancel()).toBe(true)
      expect(request.active).toBe(true)
      expect(await rejection(request)).toBeInstanceOf(CancelledError)
      await comm.send('for the next', 0)
      expect(await comm.iprobe(0)).not.toBe(null)
      request.start()
      expect(await request).toBe('for the next')
      expect(request.cancel()).toBe(false)
    })
  })

  it('needs no waiting afterwards for the program to end well', async () => {
    await runRanks(1, async (comm) => {
      const request = comm.recvInit(0)
      request.start()
      request.cancel()
    })
  })
})
