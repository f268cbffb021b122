import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import { CancelledError, MpiError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, rejection } from './tools.ts'

const calls: Record<string, (comm: Communicator) => PromiseLike<unknown>> = {
  send: (comm) => comm.send(1, 0),
  ssend: (comm) => comm.ssend(1, 0),
  recv: (comm) => comm.recv(0),
  sendrecv: (comm) => comm.sendrecv(1, 0, { source: 0 }),
  probe: (comm) => comm.probe(0),
  iprobe: (comm) => comm.iprobe(0),
  mprobe: (comm) => comm.mprobe(0),
  improbe: (comm) => comm.improbe(0),
  'messages()': (comm) => comm.messages().next(),
  dup: (comm) => comm.dup(),
  split: (comm) => comm.split(0),
  create: (comm) => comm.create(comm.group),
}

describe('after free', () => {
  it.each(Object.entries(calls))('%s is a CancelledError that names the communicator', async (_, call) => {
    await runRanks(2, async (comm) => {
      const copy = await comm.dup()
      copy.free()
      const error = await rejection(call(copy))
      expect(error).toBeInstanceOf(CancelledError)
      expect(error.message).toContain(copy.label)
    })
  })

  it('isend and irecv throw it, or their requests reject with it', async () => {
    await runRanks(1, async (comm) => {
      const copy = await comm.dup()
      copy.free()
      const attempt = async (start: () => PromiseLike<unknown>) => void (await start())
      expect(await rejection(attempt(() => copy.isend(1, 0)))).toBeInstanceOf(CancelledError)
      expect(await rejection(attempt(() => copy.irecv(0)))).toBeInstanceOf(CancelledError)
    })
  })

  it('a second free does nothing', async () => {
    await runRanks(1, async (comm) => {
      const copy = await comm.dup()
      copy.free()
      expect(() => copy.free()).not.toThrow()
    })
  })

  it('the parent and other communicators go on', async () => {
    await runRanks(2, async (comm) => {
      const [a, b] = [await comm.dup(), await comm.dup()]
      a.free()
      const other = 1 - comm.rank
      for (const c of [comm, b]) expect(await c.sendrecv('x', other, { source: other })).toBe('x')
      const child = await b.dup()
      b.free()
      expect(await child.sendrecv('y', other, { source: other })).toBe('y')
    })
  })
})

describe.each(eagerSettings)('a message to a side that was freed, eager %d', (eager) => {
  it.each([0, 100, 100_000])('does not wait for ever: %d bytes', async (bytes) => {
    await runRanks(
      2,
      async (comm) => {
        const copy = await comm.dup()
        if (comm.rank === 1) {
          copy.free()
          await comm.send('freed', 0)
          return void (await comm.recv(0))
        }
        const early = copy.send(pattern(bytes, 1), 1).catch((error) => expect(error).toBeInstanceOf(MpiError))
        await comm.recv(1)
        await copy.ssend(pattern(bytes, 2), 1).catch((error) => expect(error).toBeInstanceOf(MpiError))
        await early
        await comm.send('done', 1)
      },
      { eager, delayMs: [0, 5] },
    )
  })
})

describe('free while calls are pending', () => {
  it('rejects receives, probes and requests with CancelledError', async () => {
    await runRanks(2, async (comm) => {
      const copy = await comm.dup()
      const other = 1 - comm.rank
      const request = copy.irecv(other)
      const pending = [copy.recv(other), copy.probe(other), copy.mprobe(other), copy.recv()].map(rejection)
      copy.free()
      for (const error of await Promise.all(pending)) expect(error).toBeInstanceOf(CancelledError)
      expect(await rejection(request)).toBeInstanceOf(CancelledError)
      expect(request.done).toBe(true)
    })
  })

  it('frees one side only: the other rank keeps what it got', async () => {
    await runRanks(2, async (comm) => {
      const copy = await comm.dup()
      if (comm.rank === 0) {
        await copy.send('sent before', 1)
        copy.free()
        return comm.send('freed', 1)
      }
      expect(await comm.recv(0)).toBe('freed')
      expect(await copy.recv(0)).toBe('sent before')
    })
  })
})
