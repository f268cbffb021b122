import { describe, expect, it } from 'vitest'
import { ANY_SOURCE } from '../../src/comm/arguments.ts'
import type { Communicator } from '../../src/comm/communicator.ts'
import type { PatienceOptions } from '../../src/comm/point-to-point.ts'
import { MpiError, TimeoutError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, rejection, same } from './tools.ts'

// Time is virtual: an hour passes as soon as nothing else can happen.
const hour = 3_600_000

const waiting: Record<string, (comm: Communicator, options: PatienceOptions) => PromiseLike<unknown>> = {
  recv: (comm, options) => comm.recv(0, options),
  'recv from anybody': (comm, options) => comm.recv(ANY_SOURCE, options),
  'recv into': (comm, options) => comm.recv(0, { ...options, into: new Uint8Array(4) }),
  irecv: (comm, options) => comm.irecv(0, options),
  probe: (comm, options) => comm.probe(0, options),
  mprobe: (comm, options) => comm.mprobe(0, options),
}

describe.each(Object.entries(waiting))('a timeout of %s', (_, wait) => {
  it.each([-1, Number.NaN, '5', null, {}])(
    'that is %s is refused, and nothing is left waiting',
    async (timeout) => {
      await runRanks(1, async (comm) => {
        const attempt = async () => void (await wait(comm, { timeout: timeout as number }))
        const error = await rejection(attempt())
        expect(error).toBeInstanceOf(MpiError)
        expect(error.message).toMatch(/timeout.*milliseconds/)
        await comm.send('x', 0)
        expect(await comm.recv(0)).toBe('x')
      })
    },
  )

  it('rejects, and what was withdrawn takes no later message', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.recv(1)
        return comm.send('late', 1)
      }
      const error = await rejection(wait(comm, { timeout: hour }))
      expect(error).toBeInstanceOf(TimeoutError)
      expect(error.message).toMatch(/(recv|probe) on world, rank 1 of 2/)
      await comm.send('timed out', 0)
      expect(await comm.recv(0)).toBe('late')
    })
  })

  it('that passes after the message came does nothing', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.send(Uint8Array.of(1, 2, 3, 4), 1)
        return void (await rejection(comm.recv(1, { tag: 7, timeout: 2 * hour })))
      }
      await wait(comm, { timeout: hour })
      await rejection(comm.recv(0, { tag: 7, timeout: 2 * hour }))
      if (await comm.iprobe(0)) await comm.recv(0)
    })
  })

  it('is measured in milliseconds', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send(Uint8Array.of(1), 1)
        expect(await rejection(wait(comm, { timeout: 99 }))).toBeInstanceOf(TimeoutError)
        await wait(comm, { timeout: 2 })
        if (await comm.iprobe(0)) await comm.recv(0)
      },
      { delayMs: 100 },
    )
  })
})

describe.each(eagerSettings)('a timeout that comes between match and data, eager %d', (eager) => {
  it('does not stop the receive', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send(pattern(200_000, 1), 1)
        const request = comm.irecv(0, { timeout: 15 })
        expect(same(await request, pattern(200_000, 1))).toBe(true)
      },
      { eager, delayMs: 10 },
    )
  })
})

it('of several waiting alike, only the one that timed out is withdrawn', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) {
      await comm.recv(1)
      await comm.send('a', 1)
      return comm.send('b', 1)
    }
    const first = comm.recv(0)
    const second = rejection(comm.recv(0, { timeout: 10 }))
    const third = comm.recv(0)
    expect(await second).toBeInstanceOf(TimeoutError)
    await comm.send('go', 0)
    expect(await Promise.all([first, third])).toEqual(['a', 'b'])
  })
})

it('shorter ones pass before longer ones', async () => {
  await runRanks(1, async (comm) => {
    const passed: number[] = []
    const wait = (timeout: number) => rejection(comm.recv(0, { timeout })).then(() => passed.push(timeout))
    await Promise.all([300, 10, 200, 1].map(wait))
    expect(passed).toEqual([1, 10, 200, 300])
  })
})

it('a message that is there already needs no time', async () => {
  await runRanks(1, async (comm) => {
    await comm.send('x', 0)
    await comm.probe(0)
    expect(await comm.recv(0, { timeout: 0 })).toBe('x')
    expect(await rejection(comm.recv(0, { timeout: 0 }))).toBeInstanceOf(TimeoutError)
  })
})
