import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, same } from './tools.ts'

const lengths = [1, 128, 129, 65_536, 2 ** 23]
/** How often the same memory is sent. */
const roundsOf = (bytes: number) => (bytes > 1e6 ? 2 : 4)

const ways: Record<string, (comm: Communicator, buffer: Uint8Array) => PromiseLike<unknown>> = {
  send: (comm, buffer) => comm.send(buffer, 1),
  ssend: (comm, buffer) => comm.ssend(buffer, 1),
  isend: (comm, buffer) => comm.isend(buffer, 1),
  sendrecv: (comm, buffer) => comm.sendrecv(buffer, 1, { source: null }),
}

describe.each(eagerSettings)('a buffer may be overwritten once its send has resolved, eager %d', (eager) => {
  describe.each(Object.entries(ways))('%s', (_, send) => {
    it.each(lengths)('%d bytes, overwritten at once, the receives posted before', async (bytes) => {
      await runRanks(
        2,
        async (comm) => {
          if (comm.rank === 0) {
            await comm.recv(1, { tag: 9 })
            return overwriting(comm, bytes, send)
          }
          const receives = Array.from({ length: roundsOf(bytes) }, () => comm.recv(0))
          await comm.send('posted', 0, { tag: 9 })
          for (const [i, got] of (await Promise.all(receives)).entries())
            expect(same(got, pattern(bytes, i)), `message ${i}`).toBe(true)
        },
        { eager },
      )
    })

    it.each(lengths)('%d bytes, overwritten at once, the receives posted one by one', async (bytes) => {
      await runRanks(
        2,
        async (comm) => {
          if (comm.rank === 0) return overwriting(comm, bytes, send)
          for (let i = 0; i < roundsOf(bytes); i++)
            expect(same(await comm.recv(0), pattern(bytes, i)), `message ${i}`).toBe(true)
        },
        { eager, delayMs: [0, 3] },
      )
    })
  })
})

/** Sends the same memory several times, each time with other contents, and spoils it after each send. */
async function overwriting(
  comm: Communicator,
  bytes: number,
  send: (comm: Communicator, buffer: Uint8Array) => PromiseLike<unknown>,
): Promise<void> {
  const buffer = new Uint8Array(bytes)
  for (let i = 0; i < roundsOf(bytes); i++) {
    buffer.set(pattern(bytes, i))
    await send(comm, buffer)
    buffer.fill(0xff)
  }
}
