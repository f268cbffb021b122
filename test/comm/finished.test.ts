import { describe, expect, it } from 'vitest'
import { ANY_SOURCE } from '../../src/comm/arguments.ts'
import { RankFailedError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, rejection, same } from './tools.ts'

describe.each(eagerSettings)('when a rank has returned, eager %d', (eager) => {
  it('a receive from it is a RankFailedError, posted before or after', async () => {
    await runRanks(
      3,
      async (comm) => {
        if (comm.rank === 1) return void (await comm.recv(0))
        if (comm.rank === 2) return void (await comm.recv(0, { tag: 5 }))
        const before = comm.recv(1)
        await comm.send('go', 1)
        const error = await rejection(before)
        expect(error).toBeInstanceOf(RankFailedError)
        expect(error.message).toMatch(/recv on world, rank 0 of 3, from rank 1/)
        expect(await rejection(comm.recv(1))).toBeInstanceOf(RankFailedError)
        expect(await rejection(comm.irecv(1, { tag: 8 }))).toBeInstanceOf(RankFailedError)
        expect(await rejection(comm.probe(1))).toBeInstanceOf(RankFailedError)
        expect(await rejection(comm.mprobe(1))).toBeInstanceOf(RankFailedError)
        await comm.send('now you', 2, { tag: 5 })
      },
      { eager },
    )
  })

  it('a send to it that waits for its receive is a RankFailedError', async () => {
    await runRanks(
      3,
      async (comm) => {
        if (comm.rank === 1) return
        if (comm.rank === 2) return void (await comm.recv(0))
        await rejection(comm.recv(1))
        for (const bytes of [0, 1, 5000, 200_000]) {
          if (eager > 0 && bytes <= eager) continue
          const error = await rejection(comm.send(pattern(bytes, 1), 1))
          expect(error).toBeInstanceOf(RankFailedError)
          expect(error.message).toMatch(/send on world, rank 0 of 3, to rank 1/)
        }
        expect(await rejection(comm.ssend('x', 1))).toBeInstanceOf(RankFailedError)
        if (eager === 0) expect(await rejection(comm.isend('x', 1))).toBeInstanceOf(RankFailedError)
        await comm.send('you may go', 2)
      },
      { eager },
    )
  })

  it.each([0, 100, 5000, 300_000])('what it sent before, %d bytes, still arrives', async (bytes) => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 1) {
          for (let i = 0; i < 5; i++) void comm.send(pattern(bytes, i), 0)
          return
        }
        for (let i = 0; i < 5; i++)
          expect(same(await comm.recv(1), pattern(bytes, i)), `message ${i}`).toBe(true)
        expect(await rejection(comm.recv(1))).toBeInstanceOf(RankFailedError)
      },
      { eager },
    )
  })

  it('a receive from anybody waits for those that are left, and fails when none is', async () => {
    await runRanks(
      3,
      async (comm) => {
        if (comm.rank === 1) return
        if (comm.rank === 2) {
          await rejection(comm.recv(1))
          return comm.send('the last', 0)
        }
        await rejection(comm.recv(1))
        expect(await comm.recv(ANY_SOURCE)).toBe('the last')
        const error = await rejection(comm.recv(ANY_SOURCE))
        expect(error).toBeInstanceOf(RankFailedError)
        expect(error.message).toMatch(/recv on world, rank 0 of 3/)
        expect(await rejection(comm.probe())).toBeInstanceOf(RankFailedError)
      },
      { eager },
    )
  })
})

it('a short message to it does not wait, and is reported as never received', async () => {
  const warnings: string[] = []
  await runRanks(
    2,
    async (comm) => {
      if (comm.rank === 1) return
      await rejection(comm.recv(1))
      await comm.send('too late', 1, { tag: 6 })
    },
    { onWarning: (warning) => warnings.push(warning) },
  )
  expect(warnings).toEqual([expect.stringMatching(/^rank 1: .*never received: from rank 0 with tag 6/)])
})

it('what came before is received by tag, and a tag that never came is an error', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 1) return comm.send('x', 0, { tag: 1 })
    expect(await rejection(comm.recv(1, { tag: 2 }))).toBeInstanceOf(RankFailedError)
    expect(await comm.recv(1, { tag: 1 })).toBe('x')
  })
})

it('a receive from anybody in a split fails when its members have finished, though others have not', async () => {
  await runRanks(4, async (comm) => {
    const pair = await comm.split(comm.rank < 2 ? 0 : 1)
    if (comm.rank === 1) return
    if (comm.rank === 0) {
      expect(await rejection(pair.recv(ANY_SOURCE))).toBeInstanceOf(RankFailedError)
      await comm.send('go', 2)
      return comm.send('go', 3)
    }
    await comm.recv(0)
  })
})

it('a receive from oneself does not wait for others to finish it', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 1) return
    const got = comm.recv(0)
    await rejection(comm.recv(1))
    await comm.send('mine', 0)
    expect(await got).toBe('mine')
  })
})
