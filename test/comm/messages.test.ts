import { describe, expect, it } from 'vitest'
import { RankError, RankFailedError, TagError, TimeoutError, TypeMismatchError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, rejection, same } from './tools.ts'

describe.each(eagerSettings)('messages(), eager %d', (eager) => {
  it('gives every message with its status and ends when all others have finished', async () => {
    const [total] = await runRanks(
      4,
      async (comm) => {
        if (comm.rank > 0) {
          for (let i = 0; i < comm.rank; i++) await comm.send(pattern(2500 * i, i), 0, { tag: comm.rank })
          return 0
        }
        const count = [0, 0, 0, 0]
        for await (const { value, status } of comm.messages()) {
          expect(status.tag).toBe(status.source)
          const i = count[status.source!]!++
          expect(same(value, pattern(2500 * i, i))).toBe(true)
        }
        expect(count).toEqual([0, 1, 2, 3])
        return count.reduce((a, b) => a + b)
      },
      { eager },
    )
    expect(total).toBe(6)
  })

  it('serves requests with answers, as a master does', async () => {
    await runRanks(
      4,
      async (comm) => {
        if (comm.rank > 0) {
          for (let i = 0; i < 5; i++) {
            await comm.send(i, 0)
            expect(await comm.recv(0)).toBe(i * i)
          }
          return
        }
        for await (const { value, status } of comm.messages<number>())
          await comm.send(value * value, status.source)
      },
      { eager },
    )
  })

  it('leaving the loop takes no further message away', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0)
          return void (await Promise.all([0, 1, 2, 3].map((i) => comm.send(pattern(5000, i), 1))))
        for await (const { value } of comm.messages()) {
          expect(same(value, pattern(5000, 0))).toBe(true)
          break
        }
        expect(same(await comm.recv(0), pattern(5000, 1))).toBe(true)
        for await (const { value } of comm.messages()) {
          expect(same(value, pattern(5000, 2))).toBe(true)
          break
        }
        expect(same(await comm.recv(0), pattern(5000, 3))).toBe(true)
      },
      { eager },
    )
  })
})

it('gives what was sent before the others finished, then ends', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 1) return void (await Promise.all([1, 2, 3].map((i) => comm.send(i, 0))))
    await comm.recv(1, { tag: 0 })
    const got: unknown[] = []
    for await (const { value } of comm.messages()) got.push(value)
    expect(got).toEqual([2, 3])
  })
})

it('takes only the tag and source it was asked for', async () => {
  await runRanks(3, async (comm) => {
    if (comm.rank > 0) {
      await comm.send(`other of ${comm.rank}`, 0, { tag: 1 })
      for (let i = 0; i < 3; i++) await comm.send([comm.rank, i], 0, { tag: 2 })
      return
    }
    const got: unknown[] = []
    for await (const { value } of comm.messages({ source: 2, tag: 2 })) got.push(value)
    expect(got).toEqual([
      [2, 0],
      [2, 1],
      [2, 2],
    ])
    for (const source of [1, 2]) expect(await comm.recv(source, { tag: 1 })).toBe(`other of ${source}`)
    for (let i = 0; i < 3; i++) expect(await comm.recv(1, { tag: 2 })).toEqual([1, i])
  })
})

it('from null has no messages', async () => {
  await runRanks(1, async (comm) => {
    await comm.send('mine', 0)
    expect(await comm.messages({ source: null }).next()).toEqual({ done: true, value: undefined })
    expect(await comm.recv(0)).toBe('mine')
  })
})

describe('ends with an error for', () => {
  it('a time without messages', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.send('one', 1)
        return comm.recv(1)
      }
      const got: unknown[] = []
      const loop = async () => {
        for await (const { value } of comm.messages({ timeout: 1000 })) got.push(value)
      }
      expect(await rejection(loop())).toBeInstanceOf(TimeoutError)
      expect(got).toEqual(['one'])
      await comm.send('done', 0)
    })
  })

  it('a message of another type than asked for', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) return comm.send(Float32Array.of(1), 1)
      const loop = async () => {
        for await (const _ of comm.messages({ as: Float64Array })) expect.unreachable()
      }
      expect(await rejection(loop())).toBeInstanceOf(TypeMismatchError)
    })
  })

  it('a rank that dies', async () => {
    await runRanks(
      3,
      async (comm) => {
        if (comm.rank === 1) return void (await comm.recv(0, { tag: 1 }))
        if (comm.rank === 2) return comm.send('before', 0)
        const got: unknown[] = []
        const loop = async () => {
          for await (const { value } of comm.messages()) got.push(value)
        }
        expect(await rejection(loop())).toBeInstanceOf(RankFailedError)
        expect(got).toEqual(['before'])
      },
      { kill: { rank: 1, atMs: 50 } },
    )
  })

  it('wrong arguments', async () => {
    await runRanks(1, async (comm) => {
      expect(await rejection(comm.messages({ source: 1 }).next())).toBeInstanceOf(RankError)
      expect(await rejection(comm.messages({ tag: -1 }).next())).toBeInstanceOf(TagError)
    })
  })
})
