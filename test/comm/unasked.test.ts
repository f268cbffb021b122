import { describe, expect, it } from 'vitest'
import { ANY_SOURCE } from '../../src/comm/arguments.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, same } from './tools.ts'

describe.each(eagerSettings)('messages nobody asked for yet, eager %d', (eager) => {
  it('thousands of sends not awaited one by one all arrive, in order', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0)
          return void (await Promise.all(Array.from({ length: 3000 }, (_, i) => comm.send(i, 1))))
        for (let i = 0; i < 3000; i++) expect(await comm.recv(0)).toBe(i)
      },
      { eager },
    )
  })

  it.each([
    ['small', 10, 4000],
    ['middling', 3000, 300],
    ['large', 100_000, 50],
  ])('a message of another tag gets past many %s ones', async (_, bytes, count) => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          const sends = Array.from({ length: count }, (_, i) => comm.send(pattern(bytes, i), 1, { tag: 1 }))
          await comm.send('urgent', 1, { tag: 2 })
          return void (await Promise.all(sends))
        }
        expect(await comm.recv(0, { tag: 2 })).toBe('urgent')
        for (let i = 0; i < count; i++)
          expect(same(await comm.recv(0, { tag: 1 }), pattern(bytes, i)), `message ${i}`).toBe(true)
      },
      { eager },
    )
  })

  it('many to one: a receiver that asks for the senders one after the other gets everything', async () => {
    await runRanks(
      5,
      async (comm) => {
        if (comm.rank > 0)
          return void (await Promise.all(
            Array.from({ length: 400 }, (_, i) => comm.send(pattern(200, i), 0, { tag: i % 7 })),
          ))
        for (let source = 4; source > 0; source--)
          for (let i = 0; i < 400; i++)
            expect(same(await comm.recv(source, { tag: i % 7 }), pattern(200, i))).toBe(true)
      },
      { eager },
    )
  })

  it('everybody sends to everybody before anybody receives', async () => {
    await runRanks(
      4,
      async (comm) => {
        const all = [0, 1, 2, 3]
        const sends = all.flatMap((dest) =>
          Array.from({ length: 100 }, (_, i) => comm.send([comm.rank, i], dest)),
        )
        const next = all.map(() => 0)
        for (let i = 0; i < 400; i++) {
          const [rank, number] = await comm.recv<[number, number]>(ANY_SOURCE)
          expect(number).toBe(next[rank]!++)
        }
        await Promise.all(sends)
      },
      { eager },
    )
  })
})

it('short sends head to head go through again and again: what is received may be sent anew', async () => {
  await runRanks(2, async (comm) => {
    const other = 1 - comm.rank
    for (let i = 0; i < 600; i++) {
      await comm.send(pattern(2000, i), other)
      expect(same(await comm.recv(other), pattern(2000, i))).toBe(true)
    }
  })
})

it('sends that were never awaited at all still arrive after their rank has returned', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) {
      for (let i = 0; i < 200; i++) void comm.send(pattern(i * 100, i), 1)
      return
    }
    for (let i = 0; i < 200; i++) expect(same(await comm.recv(0), pattern(i * 100, i))).toBe(true)
  })
})
