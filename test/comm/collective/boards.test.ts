// What is particular to calls on boards: ranks that do not make the same calls and leave, many communicators,
// many calls at once, deaths, and results that do not depend on the way.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { SUM } from '../../../src/comm/op/built-in.ts'
import { CollectiveMismatchError, MpiError, RankFailedError } from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { boardSettings } from '../../transport/boards.ts'
import { runRanksOn } from '../on-boards.ts'
import { rejection } from '../tools.ts'
import { expectSame, ranksOf } from './tools.ts'

const run = runRanksOn({ canFetch: true })
const sines = (rank: number, length: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin(rank * 31 + i / 7) * 10 ** (i % 5))

describe('calls that a rank made and left, and others did not make', () => {
  const leftOut: [string, (w: Communicator) => Promise<unknown>][] = [
    ['bcast', (w) => w.bcast(1, 0)],
    ['bcast of an array', (w) => w.bcast(new Float64Array(3), 0)],
    ['scatter', (w) => w.scatter(new Float64Array(w.size), 0)],
  ]
  it.each(leftOut)('%s left out is an error at the end', async (_, call) => {
    for (const size of [2, 3]) {
      const error = await rejection(run(size, async (w) => void (w.rank === 0 && (await call(w)))))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(
        /rank 0 is in (bcast|scatter)\(root 0.* as collective call no 1 of world, which this rank finished without making/,
      )
    }
  })

  it('gather left out by root is an error at the end', async () => {
    const error = await rejection(run(3, async (w) => void (w.rank > 0 && (await w.gather(1, 0)))))
    expect(error).toBeInstanceOf(CollectiveMismatchError)
  })

  it('so many that the first one waits are an error of that one too', async () => {
    const error = await rejection(
      run(2, async (w) => {
        for (let i = 0; w.rank === 0 && i < 10; i++) await w.bcast(i, 0)
      }),
    )
    expect(error).toBeInstanceOf(RankFailedError)
    expect(error.message).toMatch(
      /^rank 0: bcast on world, rank 0 of 2: waiting for rank 1: rank 1 has finished and did not take part/,
    )
  })

  it('different roots, and nothing after it, are an error at the end', async () => {
    const error = await rejection(run(2, async (w) => void (await w.bcast(1, w.rank))))
    expect(error).toBeInstanceOf(CollectiveMismatchError)
    expect(error.message).toMatch(/root 0.*root 1|root 1.*root 0/)
  })

  it('is found at the next call, and says which one it was', async () => {
    await run(3, async (w) => {
      // The first barrier too: who has not looked at it since may hear there that the others found out later.
      const calls = w.barrier().then(() => w.bcast(1, w.rank === 2 ? 2 : 0))
      const error = await rejection(calls.then(() => w.barrier()))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(/bcast\(root [02].*bcast\(root [02]/)
      expect(error.message).toMatch(/collective call no 2 of world/)
    })
  })

  it('is found on a communicator that all have freed', async () => {
    const error = await rejection(
      run(2, async (w) => {
        const other = await w.dup()
        if (w.rank === 0) await other.bcast(1, 0)
        other.free()
      }),
    )
    expect(error).toBeInstanceOf(CollectiveMismatchError)
    expect(error.message).toMatch(/on world.dup\(\)/)
  })

  it('one by messages against one on the board', async () => {
    await run(3, async (w) => {
      const call = w.rank === 1 ? w.split(0) : w.allreduce(1)
      const error = await rejection(call.then(() => w.barrier()))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(/split/)
      expect(error.message).toMatch(/allreduce/)
    })
  })
})

describe.each(boardSettings)('with %o', (settings) => {
  const runHere = runRanksOn(settings)

  it('there may be more communicators than boards, one after another and at once', async () => {
    await runHere(3, async (w) => {
      for (let i = 0; i < 20; i++) {
        const one = await w.dup()
        expect(await one.allreduce(i)).toBe(3 * i)
        one.free()
      }
      const many: Communicator[] = []
      for (let i = 0; i < 10; i++) many.push(await w.dup())
      const sums = await Promise.all(many.map((comm, i) => comm.allreduce(i * w.rank)))
      expect(sums).toEqual(many.map((_, i) => 3 * i))
      for (const comm of many) comm.free()
      const parts = (await w.split(w.rank % 2))!
      expect(await parts.allreduce(1)).toBe(parts.size)
    })
  })

  it('many calls at once are complete in their order, by whatever way they go', async () => {
    await runHere(4, async (w) => {
      const over: number[] = []
      const calls = Array.from({ length: 40 }, async (_, i) => {
        if (i % 5 === 0) expect(await w.allreduce(i)).toBe(4 * i)
        else if (i % 5 === 1) expect(await w.bcast(w.rank === 1 ? `${i}` : null, 1)).toBe(`${i}`)
        else if (i % 5 === 2) expect((await w.dup()).size).toBe(4)
        else if (i % 5 === 3) expect((await w.allgather(new Float64Array(20).fill(w.rank))).length).toBe(80)
        else expect(await w.gather(i, 2)).toEqual(w.rank === 2 ? [i, i, i, i] : undefined)
        over.push(i)
      })
      await Promise.all(calls)
      const onBoard = over.filter((i) => i % 5 !== 2)
      expect(onBoard).toEqual([...onBoard].sort((a, b) => a - b))
    })
  })

  it('a reduction function may make calls itself', async () => {
    await runHere(2, async (w) => {
      const inner: Promise<number>[] = []
      const sum = await w.allreduce(Float64Array.of(w.rank + 1), (a, b) => {
        inner.push(w.allreduce(10))
        return Float64Array.of(a[0]! + b[0]!)
      })
      expect(sum).toEqual(Float64Array.of(3))
      expect(await Promise.all(inner)).toEqual([20])
    })
  })

  it('ranks die at any moment, and the others hear of it', async () => {
    const calls: ((w: Communicator) => Promise<unknown>)[] = [
      (w) => w.barrier(),
      (w) => w.allreduce(sines(w.rank, 200)),
      (w) => w.bcast(w.rank === 0 ? sines(0, 300) : null, 0),
      (w) => w.allgather({ rank: w.rank, text: 'x'.repeat(w.rank * 50) }),
      (w) => w.alltoall(sines(w.rank, 8 * w.size)),
      (w) => w.reduce(sines(w.rank, 100), SUM, 1),
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          size: fc.integer({ min: 2, max: 5 }),
          seed: fc.integer(),
          events: fc.integer({ min: 0, max: 120 }),
        }),
        async ({ size, seed, events }) => {
          const errors: unknown[] = []
          await runHere(
            size,
            async (w) => {
              const end = w.rank === size - 1 ? 1000 : 8
              for (let i = 0; i < end; i++) {
                try {
                  await calls[i % calls.length]!(w)
                } catch (error) {
                  errors.push(error)
                  return
                }
              }
            },
            { seed, kill: { rank: size - 1, afterEvents: events }, onWarning: () => {} },
          ).catch((error) => errors.push(error))
          for (const error of errors) expect(error).toBeInstanceOf(MpiError)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('allreduce has the bits that it has by messages on 2^k ranks, and the same on all ranks on any number', async () => {
    for (const size of [2, 3, 4, 7, 8]) {
      for (const length of [1, 5, 100, 5000]) {
        const program = (w: Communicator) => w.allreduce(sines(w.rank, length))
        const results = await runHere(size, program)
        for (const result of results) expectSame(result, results[0]!)
        const inPlace = await runHere(size, async (w) => {
          const value = sines(w.rank, length)
          return w.allreduce(value, SUM, { into: value })
        })
        for (const result of inPlace) expectSame(result, results[0]!)
        const toRoot = await runHere(size, (w) => w.reduce(sines(w.rank, length), SUM, size - 1))
        expectSame(toRoot[size - 1], results[0]!)
        if ((size & (size - 1)) === 0) expectSame((await runRanks(size, program))[0], results[0]!)
      }
    }
  })

  it('what was sent may be overwritten once the call is over', async () => {
    await runHere(4, async (w) => {
      for (let i = 0; i < 5; i++) {
        const mine = new Float64Array(64).fill(w.rank + i)
        const calls: [Promise<unknown>, unknown][] = []
        const all = (of: (rank: number) => number) => ranksOf(4).map((r) => of(r))
        calls.push([w.gather(mine, i % 4), w.rank === i % 4 ? all((r) => r + i) : undefined])
        for (const [call, wanted] of calls) {
          const found = (await call) as Float64Array | undefined
          mine.fill(-1)
          expect(found && all((r) => found[r * 64 + 63]!)).toEqual(wanted)
        }
        const out = new Float64Array(64).fill(w.rank)
        await w.reduce(out, SUM, 0)
        out.fill(-1)
        const shown = new Float64Array(64).fill(w.rank)
        const total = await w.allreduce(shown)
        shown.fill(-1)
        expect(total[63]).toBe(6)
        const root = new Float64Array(64).fill(7)
        const got = await w.bcast(w.rank === 2 ? root : null, 2)
        root.fill(-1)
        if (w.rank !== 2) expect((got as Float64Array)[63]).toBe(7)
      }
    })
  })
})

describe('what fills all cells many times over', () => {
  it.each([0, 1])('is reduced by two ranks to root %i, in place too', async (root) => {
    for (const length of [0, 8191, 8193, 100_001, 1_200_000]) {
      const [low, high] = [sines(0, length), sines(1, length)]
      const sums = low.map((value, i) => value + high[i]!)
      const results = await run(2, async (w) => {
        const mine = w.rank === 0 ? low.slice() : high.slice()
        const result = await w.reduce(mine, SUM, root)
        if (w.rank !== root) mine.fill(-1) // Nobody reads it any more.
        await w.barrier()
        const again = w.rank === 0 ? low.slice() : high.slice()
        await w.reduce(again, SUM, root, w.rank === root ? { into: again } : {})
        return w.rank === root ? [result!, again] : [sums, sums]
      })
      for (const result of results.flat()) expectSame(result, sums)
    }
  })

  it.each([2, 3, 4, 5])('is scanned by %i ranks, in place too', async (size) => {
    // Sums of integers are the same in any order.
    const filled = (rank: number, length: number) =>
      Float64Array.from({ length }, (_, i) => (rank + 1) * (i % 1000))
    for (const length of [8191, 8193, 1_100_000]) {
      const results = await run(size, async (w) => {
        const mine = filled(w.rank, length)
        const upTo = await w.scan(mine)
        const below = await w.exscan(mine)
        const again = mine.slice()
        await w.scan(again, SUM, { into: again })
        return { upTo, again, below }
      })
      for (const [rank, { upTo, again, below }] of results.entries()) {
        const [less, more] = [(rank * (rank + 1)) / 2, ((rank + 1) * (rank + 2)) / 2]
        expectSame(upTo, filled(more - 1, length))
        expectSame(again, upTo)
        if (rank === 0) expect(below).toBe(undefined)
        else expectSame(below!, filled(less - 1, length))
      }
    }
  })
})
