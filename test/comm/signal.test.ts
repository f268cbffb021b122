import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import type { PatienceOptions } from '../../src/comm/point-to-point.ts'
import { CancelledError, MpiError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, rejection, same } from './tools.ts'

const waiting: Record<string, (comm: Communicator, options: PatienceOptions) => PromiseLike<unknown>> = {
  recv: (comm, options) => comm.recv(0, options),
  irecv: (comm, options) => comm.irecv(0, options),
  probe: (comm, options) => comm.probe(0, options),
  mprobe: (comm, options) => comm.mprobe(0, options),
}

/** Waits in virtual time. */
const pause = (comm: Communicator, ms: number) => rejection(comm.recv(comm.rank, { tag: 4711, timeout: ms }))

describe.each(Object.entries(waiting))('aborting the signal of %s', (_, wait) => {
  it('withdraws it: it takes no later message', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.recv(1)
        return comm.send('late', 1)
      }
      const controller = new AbortController()
      const failed = rejection(wait(comm, { signal: controller.signal }))
      await comm.progress()
      controller.abort()
      const error = await failed
      expect(error).toBeInstanceOf(CancelledError)
      expect(error.message).toMatch(/(recv|probe) on world, rank 1 of 2/)
      await comm.send('aborted', 0)
      expect(await comm.recv(0)).toBe('late')
    })
  })

  it('before the call withdraws it at once', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.recv(1)
        return comm.send('late', 1)
      }
      const error = await rejection(wait(comm, { signal: AbortSignal.abort() }))
      expect(error).toBeInstanceOf(CancelledError)
      await comm.send('aborted', 0)
      expect(await comm.recv(0)).toBe('late')
    })
  })

  it('after it is complete does nothing', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) return void (await Promise.all([comm.send('x', 1), comm.send('y', 1, { tag: 1 })]))
      const controller = new AbortController()
      await wait(comm, { signal: controller.signal })
      controller.abort()
      await comm.progress()
      expect(await comm.recv(0, { tag: 1 })).toBe('y')
      if (await comm.iprobe(0)) await comm.recv(0)
    })
  })
})

describe.each(eagerSettings)('a signal between match and data, eager %d', (eager) => {
  it('does not stop the receive', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send(pattern(200_000, 1), 1)
        const controller = new AbortController()
        const got = comm.recv(0, { signal: controller.signal })
        // After 10 ms the first frame is here; whatever else the message needs is still on its way.
        await pause(comm, 15)
        controller.abort()
        expect(same(await got, pattern(200_000, 1))).toBe(true)
      },
      { eager, delayMs: 10 },
    )
  })
})

describe.each(Object.entries(waiting))('what is no signal, given to %s', (_, wait) => {
  it.each([
    ['the controller itself', new AbortController()],
    ['null', null],
    ['a boolean', true],
  ])('%s is refused, and nothing is left waiting', async (_, signal) => {
    await runRanks(1, async (comm) => {
      const attempt = async () => void (await wait(comm, { signal: signal as never }))
      const error = await rejection(attempt())
      expect(error).toBeInstanceOf(MpiError)
      expect(error.message).toMatch(/(recv|probe) on world, rank 0 of 1: signal.*AbortSignal/)
      await comm.send('x', 0)
      expect(await comm.recv(0)).toBe('x')
    })
  })
})

it('one signal withdraws all that were given it, and nothing else', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) {
      await comm.recv(1)
      return comm.send('for the one without', 1)
    }
    const controller = new AbortController()
    const { signal } = controller
    const failed = [comm.recv(0, { signal }), comm.probe(0, { signal }), comm.recv(0, { signal })].map(
      rejection,
    )
    const kept = comm.recv(0)
    controller.abort(new Error('enough'))
    for (const error of await Promise.all(failed)) expect(error).toBeInstanceOf(CancelledError)
    await comm.send('go', 0)
    expect(await kept).toBe('for the one without')
  })
})

it('whichever of signal and timeout comes first decides', async () => {
  await runRanks(1, async (comm) => {
    const controller = new AbortController()
    const failed = rejection(comm.recv(0, { signal: controller.signal, timeout: 1000 }))
    await pause(comm, 10)
    controller.abort()
    expect(await failed).toBeInstanceOf(CancelledError)
    const late = new AbortController()
    const timedOut = rejection(comm.recv(0, { signal: late.signal, timeout: 10 }))
    await pause(comm, 1000)
    late.abort()
    expect((await timedOut).name).toBe('TimeoutError')
  })
})

it('leaves no listener on a signal that outlives its receives', async () => {
  await runRanks(1, async (comm) => {
    const { signal } = new AbortController()
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++
      addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--
      removeEventListener.apply(signal, args)
    }
    for (let i = 0; i < 20; i++) {
      const got = comm.recv(0, { signal })
      await comm.send(i, 0)
      await got
    }
    expect(listeners).toBe(0)
  })
})
