import { describe, expect, it } from 'vitest'
import { Group } from '../../src/comm/group.ts'
import { RankError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'

/** A group of these ranks of the job, as rank 2 of the job sees it. */
const group = (...ranks: number[]) => new Group(ranks, 2)

describe('a group', () => {
  it('tells its size, its ranks in the job and the own rank', () => {
    expect(group(5, 2, 0)).toMatchObject({ size: 3, ranks: [5, 2, 0], rank: 1 })
    expect(group(5, 0).rank).toBe(null)
    expect(group()).toMatchObject({ size: 0, ranks: [], rank: null })
  })

  it('of a communicator has its ranks in order', async () => {
    await runRanks(4, async (comm) => {
      expect(comm.group).toMatchObject({ size: 4, ranks: [0, 1, 2, 3], rank: comm.rank })
      const reversed = await comm.split(0, -comm.rank)
      expect(reversed.group).toMatchObject({ ranks: [3, 2, 1, 0], rank: reversed.rank })
    })
  })
})

describe('set operations keep the order MPI gives them', () => {
  it.each<[string, Group, number[], number | null]>([
    ['union', group(3, 1).union(group(2, 3, 0)), [3, 1, 2, 0], 2],
    ['union with the empty group', group(3, 1).union(group()), [3, 1], null],
    ['union of the empty group', group().union(group(3, 1)), [3, 1], null],
    ['union with itself', group(3, 1).union(group(1, 3)), [3, 1], null],
    ['intersection', group(4, 3, 2, 1).intersection(group(1, 2, 9, 4)), [4, 2, 1], 1],
    ['intersection of strangers', group(1, 2).intersection(group(3)), [], null],
    ['difference', group(4, 3, 2, 1).difference(group(1, 3, 7)), [4, 2], 1],
    ['difference from itself', group(1, 2).difference(group(2, 1)), [], null],
    ['include', group(7, 8, 2, 9).include([3, 2, 0]), [9, 2, 7], 1],
    ['include nothing', group(7, 8).include([]), [], null],
    ['exclude', group(7, 8, 2, 9).exclude([3, 0]), [8, 2], 1],
    ['exclude nothing', group(7, 2).exclude([]), [7, 2], 1],
  ])('%s', (_, result, ranks, rank) => {
    expect(result.ranks).toEqual(ranks)
    expect(result.size).toBe(ranks.length)
    expect(result.rank).toBe(rank)
  })

  it('leave their operands as they were', () => {
    const a = group(1, 2)
    const b = group(2, 3)
    a.union(b)
    a.difference(b)
    a.exclude([0])
    expect([a.ranks, b.ranks]).toEqual([
      [1, 2],
      [2, 3],
    ])
  })
})

describe.each(['include', 'exclude'] as const)('%s refuses', (operation) => {
  it.each([-1, 2, 1.5, Number.NaN, undefined, null, '0'])('rank %s of a group of two', (rank) => {
    expect(() => group(5, 6)[operation]([rank as number])).toThrow(RankError)
  })

  it('a rank named twice', () => {
    expect(() => group(5, 6, 7)[operation]([1, 0, 1])).toThrow(RankError)
  })
})

describe('translateRanks', () => {
  it('gives the ranks in the other group, null for those not in it', () => {
    expect(group(5, 6, 7).translateRanks([2, 0, 1, 2], group(7, 9, 5))).toEqual([0, 2, null, 0])
    expect(group(5, 6).translateRanks([], group(6))).toEqual([])
    expect(group(5).translateRanks([0], group())).toEqual([null])
  })

  it.each([-1, 2, 1.5, Number.NaN, undefined])('refuses rank %s of a group of two', (rank) => {
    expect(() => group(5, 6).translateRanks([rank as number], group(5))).toThrow(RankError)
  })

  it('translates between communicators', async () => {
    await runRanks(4, async (comm) => {
      const odd = await comm.split(comm.rank % 2)
      const expected = comm.rank % 2 ? [1, 3] : [0, 2]
      expect(odd.group.translateRanks([0, 1], comm.group)).toEqual(expected)
    })
  })
})

describe('compare', () => {
  it.each<[string, Group, Group, string]>([
    ['the same members in the same order', group(1, 2), group(1, 2), 'identical'],
    ['the same members in another order', group(1, 2), group(2, 1), 'similar'],
    ['other members', group(1, 2), group(1, 3), 'unequal'],
    ['fewer members', group(1, 2), group(1), 'unequal'],
    ['more members', group(1), group(1, 2), 'unequal'],
    ['two empty ones', group(), group(), 'identical'],
    ['an empty one', group(), group(1), 'unequal'],
  ])('%s', (_, a, b, expected) => {
    expect(a.compare(b)).toBe(expected)
  })
})
