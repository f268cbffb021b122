import { describe, expect, it } from 'vitest'
import { CollectiveMismatchError, RankError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { rejection } from './tools.ts'

describe('create', () => {
  it('makes a communicator of the members, in the order of the group; others get null', async () => {
    await runRanks(5, async (comm) => {
      const made = await comm.create(comm.group.include([3, 0, 4]))
      const rank = [3, 0, 4].indexOf(comm.rank)
      if (rank < 0) return expect(made).toBe(null)
      expect([made!.rank, made!.size]).toEqual([rank, 3])
      const source = (rank + 2) % 3
      expect(await made!.sendrecv(comm.rank, (rank + 1) % 3, { source })).toBe([3, 0, 4][source])
    })
  })

  it('of the whole group is a communicator beside the first', async () => {
    await runRanks(2, async (comm) => {
      const made = await comm.create(comm.group)
      if (comm.rank === 0) return void (await Promise.all([comm.send('first', 1), made!.send('second', 1)]))
      expect(await made!.recv(0)).toBe('second')
      expect(await comm.recv(0)).toBe('first')
    })
  })

  it('of the empty group is null everywhere', async () => {
    expect(await runRanks(3, (comm) => comm.create(comm.group.include([])))).toEqual([null, null, null])
  })

  it('inside a split goes by the group, not by ranks of the job', async () => {
    await runRanks(6, async (comm) => {
      const odd = await comm.split(comm.rank % 2)
      const made = await odd.create(odd.group.exclude([0]))
      if (odd.rank === 0) return expect(made).toBe(null)
      expect([made!.size, made!.rank]).toEqual([2, odd.rank - 1])
      expect(made!.group.ranks).toEqual(comm.rank % 2 ? [3, 5] : [2, 4])
    })
  })

  it('a group with ranks from outside the communicator is a RankError', async () => {
    await runRanks(4, async (comm) => {
      const half = await comm.split(comm.rank < 2 ? 0 : 1)
      expect(await rejection(half.create(comm.group))).toBeInstanceOf(RankError)
    })
  })
})

describe('create with groups that differ is a CollectiveMismatchError on every rank', () => {
  it.each<[string, (rank: number) => number[]]>([
    ['in a member', (rank) => (rank === 1 ? [0, 1] : [0, 1, 2])],
    ['in their order', (rank) => (rank === 2 ? [1, 0, 2] : [0, 1, 2])],
    ['entirely', (rank) => [rank]],
  ])('%s', async (_, members) => {
    await runRanks(3, async (comm) => {
      const error = await rejection(comm.create(comm.group.include(members(comm.rank))))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(/create on world, rank \d of 3/)
    })
  })
})

describe('collective calls that do not go together are a CollectiveMismatchError on every rank', () => {
  it('dup and split', async () => {
    await runRanks(3, async (comm) => {
      const error = await rejection(comm.rank === 1 ? comm.split(0) : comm.dup())
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(/dup/)
      expect(error.message).toMatch(/split/)
    })
  })

  it('dup and create', async () => {
    await runRanks(2, async (comm) => {
      const error = await rejection(comm.rank === 1 ? comm.create(comm.group) : comm.dup())
      expect(error).toBeInstanceOf(CollectiveMismatchError)
    })
  })

  it('which breaks the communicator: pending and later calls on it reject with that error', async () => {
    await runRanks(2, async (comm) => {
      const broken = await comm.dup()
      const pending = rejection(broken.recv(1 - comm.rank))
      await rejection(comm.rank === 1 ? broken.split(0) : broken.dup())
      expect(await pending).toBeInstanceOf(CollectiveMismatchError)
      expect(await rejection(broken.send(1, 1 - comm.rank))).toBeInstanceOf(CollectiveMismatchError)
      expect(await rejection(broken.recv())).toBeInstanceOf(CollectiveMismatchError)
      expect(await rejection(broken.dup())).toBeInstanceOf(CollectiveMismatchError)
      expect(await rejection(broken.iprobe())).toBeInstanceOf(CollectiveMismatchError)
      const other = 1 - comm.rank
      expect(await comm.sendrecv('the parent works', other, { source: other })).toBe('the parent works')
    })
  })
})
