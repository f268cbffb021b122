import { describe, expect, it } from 'vitest'
import { runRanks } from '../../src/testing/index.ts'
import { members, rejection } from './tools.ts'

describe("splitType('shared')", () => {
  it('gives all ranks of one host one communicator', async () => {
    await runRanks(4, async (comm) => {
      const host = await comm.splitType('shared')
      expect(await members(host, comm)).toEqual([0, 1, 2, 3])
    })
  })

  it('parts the ranks by host, ordered by key', async () => {
    await runRanks(
      5,
      async (comm) => {
        const host = await comm.splitType('shared')
        expect(await members(host, comm)).toEqual(comm.rank % 2 ? [1, 3] : [0, 2, 4])
        const reversed = await comm.splitType('shared', -comm.rank)
        expect(await members(reversed, comm)).toEqual(comm.rank % 2 ? [3, 1] : [4, 2, 0])
      },
      { nodeOf: [0, 1, 0, 1, 0] },
    )
  })

  it('goes by the host of the rank in the job, in communicators of another order too', async () => {
    await runRanks(
      4,
      async (comm) => {
        const reversed = await comm.split(0, -comm.rank)
        const host = await reversed.splitType('shared')
        expect(await members(host, comm)).toEqual(comm.rank < 1 ? [0] : [3, 2, 1])
      },
      { nodeOf: [0, 1, 1, 1] },
    )
  })

  it('refuses other types', async () => {
    await runRanks(1, async (comm) => {
      const error = await rejection(comm.splitType('numa' as 'shared'))
      expect(error.message).toContain("'shared'")
    })
  })
})
