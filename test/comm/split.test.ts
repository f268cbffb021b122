import { describe, expect, it } from 'vitest'
import { MpiError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, members, rejection } from './tools.ts'

describe.each(eagerSettings)('split, eager %d', (eager) => {
  it.each([1, 2, 3, 5, 8])('%d ranks by parity: each color has its ranks in order', async (size) => {
    await runRanks(
      size,
      async (comm) => {
        const part = await comm.split(comm.rank % 2)
        const expected = [...Array(size).keys()].filter((r) => r % 2 === comm.rank % 2)
        expect(part.size).toBe(expected.length)
        expect(part.rank).toBe(expected.indexOf(comm.rank))
        expect(await members(part, comm)).toEqual(expected)
      },
      { eager },
    )
  })

  it('orders by key, negative ones and large ones too', async () => {
    const keys = [5, -3, 2 ** 31, 0, -1e9]
    await runRanks(
      5,
      async (comm) => {
        const part = await comm.split(7, keys[comm.rank])
        expect(await members(part, comm)).toEqual([4, 1, 3, 0, 2])
      },
      { eager },
    )
  })

  it('orders equal keys by rank', async () => {
    await runRanks(
      6,
      async (comm) => {
        const same = await comm.split(0, 1)
        expect(await members(same, comm)).toEqual([0, 1, 2, 3, 4, 5])
        const halves = await comm.split(0, comm.rank < 3 ? 1 : 0)
        expect(await members(halves, comm)).toEqual([3, 4, 5, 0, 1, 2])
      },
      { eager },
    )
  })

  it('gives null to those with color null, and the others do not miss them', async () => {
    await runRanks(
      5,
      async (comm) => {
        const part = await comm.split(comm.rank % 2 ? null : 3)
        if (comm.rank % 2) expect(part).toBe(null)
        else expect(await members(part!, comm)).toEqual([0, 2, 4])
      },
      { eager },
    )
  })
})

it('all null gives null to all', async () => {
  expect(await runRanks(3, (comm) => comm.split(null))).toEqual([null, null, null])
})

it('colors may be any integers from 0 on', async () => {
  await runRanks(3, async (comm) => {
    const colors = [0, 2 ** 31 - 1, 65_536]
    const part = await comm.split(colors[comm.rank]!)
    expect([part.size, part.rank]).toEqual([1, 0])
  })
})

it.each([-1, 1.5, Number.NaN, undefined, '0'])('color %s is refused', async (color) => {
  await runRanks(2, async (comm) => {
    const error = await rejection(comm.split(color as number))
    expect(error).toBeInstanceOf(MpiError)
    expect(error.message).toMatch(/split on world, rank \d of 2/)
  })
})

it('splits of splits: a grid of rows and columns', async () => {
  await runRanks(6, async (comm) => {
    const row = await comm.split(Math.floor(comm.rank / 3))
    const column = await comm.split(comm.rank % 3)
    expect([row.size, row.rank, column.size, column.rank]).toEqual([
      3,
      comm.rank % 3,
      2,
      Math.floor(comm.rank / 3),
    ])
    const inner = await row.split(row.rank === 0 ? null : 1, -row.rank)
    if (row.rank === 0) return expect(inner).toBe(null)
    const first = comm.rank < 3 ? 0 : 3
    expect(await members(inner!, comm)).toEqual([first + 2, first + 1])
    expect(await members(column, comm)).toEqual([comm.rank % 3, (comm.rank % 3) + 3])
  })
})

it('different parts can split at the same time without knowing of each other', async () => {
  await runRanks(5, async (comm) => {
    const part = await comm.split(comm.rank < 2 ? 0 : 1)
    for (let i = 0; i < 1 + 3 * comm.rank; i++) await comm.progress()
    const rounds = comm.rank < 2 ? 5 : 2
    let current = part
    for (let i = 0; i < rounds; i++) current = await current.split(0, -current.rank)
    const expected = comm.rank < 2 ? [1, 0] : [2, 3, 4]
    expect(await members(current, comm)).toEqual(expected)
    expect(await members(comm, comm)).toEqual([0, 1, 2, 3, 4])
  })
})

it('gives each part a label that tells it from its parent', async () => {
  await runRanks(2, async (comm) => {
    const part = await comm.split(1)
    expect(part.label).toContain('world')
    expect(part.label).not.toBe('world')
    const error = await rejection(part.send(0, 5))
    expect(error.message).toContain(part.label)
  })
})
