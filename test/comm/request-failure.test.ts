import { describe, expect, it } from 'vitest'
import { CancelledError, MpiError, RankFailedError, TruncateError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { rejection } from './tools.ts'

describe('a failure of a request', () => {
  it('is kept until somebody waits for it', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.send(new Float64Array(9), 1)
        return comm.send('after', 1)
      }
      const request = comm.irecv(0, { into: new Float64Array(1) })
      expect(await comm.recv(0)).toBe('after')
      // The failure is there by now; whole turns of the event loop go by without an unhandled rejection.
      for (let i = 0; i < 5; i++) await new Promise(setImmediate)
      expect(request.done).toBe(true)
      expect(await rejection(request)).toBeInstanceOf(TruncateError)
      expect(await rejection(request), 'and again').toBeInstanceOf(TruncateError)
    })
  })

  it('is what test() rejects with', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.send(new Float64Array(9), 1)
        return comm.send('after', 1)
      }
      const request = comm.irecv(0, { into: new Float64Array(1) })
      await comm.recv(0)
      expect(await rejection(request.test())).toBeInstanceOf(TruncateError)
    })
  })

  it('fails the run at its end if nobody ever waited for it', async () => {
    const run = runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.send(new Float64Array(9), 1)
        return comm.send('after', 1)
      }
      comm.irecv(0, { into: new Float64Array(1) })
      await comm.recv(0)
    })
    const error = await rejection(run)
    expect(error).toBeInstanceOf(MpiError)
    expect(error.message).toMatch(/rank 1: irecv on world, rank 1 of 2.*never waited for/)
    expect(error.cause).toBeInstanceOf(TruncateError)
  })

  it('does not fail the run if somebody did, and caught it', async () => {
    const results = await runRanks(2, async (comm) => {
      if (comm.rank === 0) return comm.send(new Float64Array(9), 1)
      const request = comm.irecv(0, { into: new Float64Array(1) })
      await rejection(request)
      return 'fine'
    })
    expect(results[1]).toBe('fine')
  })

  it('is thrown on where a try around await expects it', async () => {
    await runRanks(1, async (comm) => {
      const request = comm.irecv(0)
      request.cancel()
      try {
        await request
        expect.unreachable()
      } catch (error) {
        expect(error).toBeInstanceOf(CancelledError)
      }
    })
  })
})

it('a request nobody can ever serve fails the run, even if its rank has returned', async () => {
  const run = runRanks(2, async (comm) => {
    if (comm.rank === 1) comm.irecv(0)
  })
  expect((await rejection(run)).cause).toBeInstanceOf(RankFailedError)
})

it('a request that succeeded needs no waiting for', async () => {
  const into = new Float64Array(1)
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) return comm.send(Float64Array.of(5), 1)
    comm.irecv(0, { into })
  })
  expect(into[0]).toBe(5)
})
