import { describe, expect, it } from 'vitest'
import { RankFailedError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { pattern, rejection, same } from './tools.ts'

describe('a rank that dies', () => {
  it('fails receives from it, sends to it, and nothing else', async () => {
    await runRanks(
      3,
      async (comm) => {
        if (comm.rank === 1) return void (await comm.recv(2))
        const other = 2 - comm.rank
        const error = await rejection(comm.recv(1))
        expect(error).toBeInstanceOf(RankFailedError)
        expect(error.message).toMatch(/from rank 1/)
        expect(await rejection(comm.send(pattern(100_000, 1), 1))).toBeInstanceOf(RankFailedError)
        expect(await comm.sendrecv('we live', other, { source: other })).toBe('we live')
      },
      { kill: { rank: 1, atMs: 50 } },
    )
  })

  it.each([3, 5, 8, 13, 40])(
    'in the middle of a large message: no half of it arrives',
    async (afterEvents) => {
      const into = new Uint8Array(300_000)
      await runRanks(
        2,
        async (comm) => {
          if (comm.rank === 0) return comm.send(pattern(300_000, 1), 1)
          const error = await comm.recv(0, { into }).then(
            () => null,
            (e: unknown) => e,
          )
          if (error) expect(error).toBeInstanceOf(RankFailedError)
          else expect(same(into, pattern(300_000, 1))).toBe(true)
        },
        { kill: { rank: 0, afterEvents } },
      )
    },
  )
})
