// What is particular to calls over several hosts: ranks that do not make the same calls and leave, many communicators,
// many calls at once, deaths, hosts whose ranks share no memory.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layoutOf } from '../../../src/comm/collective/hosts/layout.ts'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { SUM } from '../../../src/comm/op/built-in.ts'
import { CancelledError, CollectiveMismatchError, MpiError, TimeoutError } from '../../../src/errors.ts'
import { boardSettings } from '../../transport/boards.ts'
import { expectSame, ranksOf } from '../collective/tools.ts'
import { placements, runRanksOn } from '../on-boards.ts'
import { rejection } from '../tools.ts'

const sines = (rank: number, length: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin(rank * 31 + i / 7) * 10 ** (i % 5))

describe('how ranks lie', () => {
  const all = () => true

  it('hosts are in the order of their first ranks, also in communicators of another order', () => {
    const layout = layoutOf([7, 3, 7, 3, 5], all)!
    expect(layout.members).toEqual([[0, 2], [1, 3], [4]])
    expect(layout.leaders).toEqual([0, 1, 4])
    expect([layout.hostOf, layout.numberOf]).toEqual([
      [0, 1, 0, 1, 2],
      [0, 0, 1, 1, 0],
    ])
    expect([layout.isInOrder, layout.isAligned, layout.least]).toEqual([false, false, 1])
    expect(layout.actingFor(3)).toEqual([0, 3, 4])
    expect(layout.actingFor(4)).toBe(layout.leaders)
  })

  it('ranks that share no memory are hosts of their own', () => {
    expect(layoutOf([0, 0, 1, 1], (node) => node === 0)!.members).toEqual([[0, 1], [2], [3]])
  })

  it('there is nothing to it where all share memory, or nobody does', () => {
    expect(layoutOf([4, 4, 4], all)).toBeNull()
    expect(layoutOf([0, 1, 2], all)).toBeNull()
    expect(layoutOf([0, 0, 1, 1], () => false)).toBeNull()
  })

  it.each([
    [[0, 0, 1, 1, 2], true],
    [[0, 0, 0, 0, 1, 1], true],
    [[0, 0, 0, 1, 1, 1], false],
    [[0, 0, 1, 1, 1, 1], false],
    [[0, 1, 1, 2, 2], false],
    [[0, 0, 1, 2, 2], false],
  ])('%j: hosts are subtrees of the bracketing: %s', (nodeOf, isAligned) => {
    expect(layoutOf(nodeOf, all)).toMatchObject({ isInOrder: true, isAligned })
  })
})

describe.each(Object.entries(placements))('%s', (_, placement) => {
  const run = runRanksOn({ canFetch: true }, placement)

  const leftOut: [string, (w: Communicator) => Promise<unknown>][] = [
    ['bcast', (w) => w.bcast(1, 0)],
    ['bcast of an array', (w) => w.bcast(new Float64Array(3), 0)],
    ['scatter', (w) => w.scatter(new Float64Array(w.size), 0)],
  ]
  it.each(leftOut)('%s left out is an error at the end', async (_, call) => {
    for (const size of [2, 3, 5]) {
      const error = await rejection(
        run(size, async (w) => void (w.rank === 0 && (await call(w))), { onWarning: () => {} }),
      )
      expect(error).toBeInstanceOf(CollectiveMismatchError)
    }
  })

  it('gather left out by root is an error at the end', async () => {
    const error = await rejection(run(5, async (w) => void (w.rank > 0 && (await w.gather(1, 0)))))
    expect(error).toBeInstanceOf(CollectiveMismatchError)
  })

  it('a rank that leaves a call out and finishes is an error of those who wait', async () => {
    for (const absent of ranksOf(6)) {
      const error = await rejection(run(6, async (w) => void (w.rank !== absent && (await w.barrier()))))
      expect(error).toBeInstanceOf(MpiError)
      expect(error.message).toMatch(/barrier on world/)
    }
  })

  it('one by messages against one on the boards', async () => {
    for (const odd of [0, 3, 5]) {
      await run(6, async (w) => {
        const call = w.rank === odd ? w.split(0) : w.allreduce(1)
        const error = await rejection(call.then(() => w.barrier()))
        expect(error).toBeInstanceOf(CollectiveMismatchError)
        expect(error.message).toMatch(/split/)
        expect(error.message).toMatch(/allreduce/)
      })
    }
  })

  it('a timeout and a signal break the communicator on all hosts', async () => {
    for (const [options, kind] of [
      [{ timeout: 50 }, TimeoutError],
      [{ signal: AbortSignal.timeout(1) }, CancelledError],
    ] as const) {
      for (const patient of [0, 5]) {
        await run(6, async (w) => {
          const comm = await w.dup()
          // Rank 3 never comes, but hears of it when it does.
          if (w.rank === 3) expect(await rejection(comm.recv(0))).toBeInstanceOf(kind)
          else
            expect(await rejection(comm.allreduce(1, SUM, w.rank === patient ? options : {}))).toBeInstanceOf(
              kind,
            )
        })
      }
    }
  })

  it('roots that nobody else has in mind', async () => {
    for (const odd of [0, 2, 5]) {
      const calls: ((w: Communicator, root: number) => Promise<unknown>)[] = [
        (w, root) => w.reduce(new Float64Array(4), SUM, root),
        (w, root) => w.bcast(new Float64Array(4), root),
        (w, root) => w.gather(new Float64Array(4), root),
        (w, root) => w.scatter(new Float64Array(w.size), root),
      ]
      for (const call of calls) {
        await run(6, async (w) => {
          const calls = call(w, w.rank === odd ? 4 : 1).then(() => w.barrier())
          const error = await rejection(calls.then(() => w.barrier()))
          expect(error).toBeInstanceOf(CollectiveMismatchError)
        })
      }
    }
  })
})

describe.each(boardSettings)('with %o', (settings) => {
  const named = [
    placements.fours,
    placements['in turn'],
    placements['first alone'],
    placements['three in turn'],
  ]
  const size = fc.integer({ min: 2, max: 9 })
  const placement = fc.constantFrom(...Object.values(placements))

  it('there may be more communicators than boards, one after another and at once', async () => {
    for (const placement of named) {
      await runRanksOn(settings, placement)(5, async (w) => {
        for (let i = 0; i < 12; i++) {
          const one = await w.dup()
          expect(await one.allreduce(i)).toBe(5 * i)
          one.free()
        }
        const many: Communicator[] = []
        for (let i = 0; i < 10; i++) many.push(await w.dup())
        const sums = await Promise.all(many.map((comm, i) => comm.allreduce(i * w.rank)))
        expect(sums).toEqual(many.map((_, i) => 10 * i))
        for (const comm of many) comm.free()
        const parts = (await w.split(w.rank % 2))!
        expect(await parts.allreduce(1)).toBe(parts.size)
        // All boards are free again.
        for (let i = 0; i < 12; i++) (await w.dup()).free()
      })
    }
  })

  it('many calls at once are complete, by whatever way they go', async () => {
    for (const placement of named) {
      await runRanksOn(settings, placement)(6, async (w) => {
        const calls = Array.from({ length: 40 }, async (_, i) => {
          if (i % 5 === 0) expect(await w.allreduce(i)).toBe(6 * i)
          else if (i % 5 === 1) expect(await w.bcast(w.rank === 1 ? `${i}` : null, 1)).toBe(`${i}`)
          else if (i % 5 === 2) expect((await w.dup()).size).toBe(6)
          else if (i % 5 === 3) expect((await w.alltoall(new Float64Array(12).fill(w.rank))).length).toBe(12)
          else expect(await w.gather(i, 2)).toEqual(w.rank === 2 ? ranksOf(6).map(() => i) : undefined)
        })
        await Promise.all(calls)
      })
    }
  })

  it('ranks die at any moment, and the others hear of it', async () => {
    const calls: ((w: Communicator) => Promise<unknown>)[] = [
      (w) => w.barrier(),
      (w) => w.allreduce(sines(w.rank, 200)),
      (w) => w.allreduce(sines(w.rank, 9000)),
      (w) => w.bcast(w.rank === 0 ? sines(0, 300) : null, 0),
      (w) => w.allgather({ rank: w.rank, text: 'x'.repeat(w.rank * 50) }),
      (w) => w.scatter(w.rank === 1 ? sines(1, w.size) : null, 1),
      (w) => w.reduce(sines(w.rank, 100), SUM, 1),
      (w) => w.gather(w.rank, w.size - 1),
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          size,
          placement,
          seed: fc.integer(),
          events: fc.integer({ min: 0, max: 200 }),
          draw: fc.nat(),
        }),
        async ({ size, placement, seed, events, draw }) => {
          const errors: unknown[] = []
          const victim = draw % size
          await runRanksOn(settings, placement)(
            size,
            async (w) => {
              const end = w.rank === victim ? 1000 : 8
              for (let i = 0; i < end; i++) {
                try {
                  await calls[i % calls.length]!(w)
                } catch (error) {
                  errors.push(error)
                  return
                }
              }
            },
            { seed, kill: { rank: victim, afterEvents: events }, onWarning: () => {} },
          ).catch((error) => errors.push(error))
          for (const error of errors) expect(error).toBeInstanceOf(MpiError)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('allreduce and reduce have the same bits on all ranks, in place too', async () => {
    for (const placement of named) {
      for (const length of [1, 100, 300, 9000]) {
        const run = runRanksOn(settings, placement)
        const results = await run(7, (w) => w.allreduce(sines(w.rank, length)))
        for (const result of results) expectSame(result, results[0]!)
        const inPlace = await run(7, async (w) => {
          const value = sines(w.rank, length)
          return w.allreduce(value, SUM, { into: value })
        })
        for (const result of inPlace) expectSame(result, results[0]!)
        const toRoot = await run(7, async (w) => {
          const value = sines(w.rank, length)
          return w.reduce(value, SUM, 4, w.rank === 4 ? { into: value } : {})
        })
        const elsewhere = await run(7, (w) => w.reduce(sines(w.rank, length), SUM, 1))
        expectSame(toRoot[4], elsewhere[1]!)
      }
    }
  })

  it('what was sent may be overwritten once the call is over', async () => {
    for (const placement of named) {
      await runRanksOn(settings, placement)(
        5,
        async (w) => {
          for (let i = 0; i < 5; i++) {
            for (const length of [64, 9000]) {
              const overwritten = async <T>(
                of: (mine: Float64Array) => Promise<T>,
                value: number,
              ): Promise<T> => {
                const mine = new Float64Array(length).fill(value)
                const result = await of(mine)
                mine.fill(-1)
                return result
              }
              const last = (array: unknown) => (array as Float64Array).at(-1)
              const total = await overwritten((mine) => w.allreduce(mine), w.rank)
              const gathered = await overwritten((mine) => w.gather(mine, i), w.rank + i)
              const reduced = await overwritten((mine) => w.reduce(mine, SUM, i), 2)
              const all = await overwritten((mine) => w.allgather(mine), w.rank)
              const got = await overwritten((mine) => w.bcast(w.rank === i ? mine : null, i), i)
              const part = await overwritten(
                (mine) => w.scatter(w.rank === i ? mine.subarray(length % 5) : null, i),
                7,
              )
              expect(last(total)).toBe(10)
              expect(last(all)).toBe(4)
              expect(last(part)).toBe(7)
              if (w.rank === i) expect([last(gathered), last(reduced)]).toEqual([4 + i, 10])
              else expect(last(got)).toBe(i)
            }
          }
        },
        { eager: 0 },
      )
    }
  })
})
