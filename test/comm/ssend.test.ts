import { describe, expect, it } from 'vitest'
import { DeadlockError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, rejection, same } from './tools.ts'

describe.each(eagerSettings)('ssend, eager %d', (eager) => {
  it.each([0, 1, 5000, 200_000])('of %d bytes resolves after its receive has been posted', async (bytes) => {
    let posted = false
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          const sent = comm.ssend(pattern(bytes, 1), 1, { tag: 1 }).then(() => expect(posted).toBe(true))
          for (let i = 0; i < 5; i++) await comm.sendrecv(i, 1, { source: 1, tag: 2 })
          return sent
        }
        for (let i = 0; i < 5; i++) await comm.sendrecv(i, 0, { source: 0, tag: 2 })
        posted = true
        expect(same(await comm.recv(0, { tag: 1 }), pattern(bytes, 1))).toBe(true)
      },
      { eager },
    )
  })

  it('keeps its place among sends', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          const sends = [comm.send(0, 1), comm.ssend(1, 1), comm.send(2, 1), comm.ssend(3, 1)]
          return void (await Promise.all(sends))
        }
        for (let i = 0; i < 4; i++) expect(await comm.recv(0)).toBe(i)
      },
      { eager },
    )
  })

  it('that nobody receives is a deadlock', async () => {
    const run = runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) await comm.ssend('x', 1)
        else await comm.recv(0, { tag: 5 })
      },
      { eager },
    )
    const error = await rejection(run)
    expect(error).toBeInstanceOf(DeadlockError)
    expect(error.message).toMatch(/rank 0: ssend on world/)
  })

  it('resolves when its receive fails, which has matched it', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.ssend(new Float64Array(1000), 1)
        await rejection(comm.recv(0, { into: new Float64Array(1) }))
      },
      { eager },
    )
  })
})

it('a probe does not complete an ssend, receiving the probed message does', async () => {
  let received = false
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) return comm.ssend('x', 1).then(() => expect(received).toBe(true))
    await comm.probe(0)
    for (let i = 0; i < 5; i++) await comm.progress()
    received = true
    await comm.recv(0)
  })
})
