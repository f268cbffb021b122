import { describe, expect, it } from 'vitest'
import { ANY_SOURCE } from '../../src/comm/arguments.ts'
import { waitAll } from '../../src/comm/wait.ts'
import { DeadlockError, type MpiError, TruncateError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { rejection } from './tools.ts'

describe('one rank that fails', () => {
  it('fails the run with its error, its rank and the seed', async () => {
    const run = runRanks(
      4,
      async (comm) => {
        if (comm.rank === 2) throw new RangeError('no such cell')
        await comm.recv((comm.rank + 1) % 4)
      },
      { seed: 4711 },
    )
    const error = await rejection(run)
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toMatch(/rank 2/)
    expect(error.message).toMatch(/no such cell/)
    expect(error.message).toMatch(/4711/)
  })

  it('stops the others where they are: what they wait for never settles', async () => {
    const settled: number[] = []
    const run = runRanks(3, async (comm) => {
      if (comm.rank === 0) {
        await Promise.all([comm.recv(1), comm.recv(2)])
        throw new Error('the cause')
      }
      await comm.send('ready', 0)
      const note = () => settled.push(comm.rank)
      await (comm.rank === 1 ? comm.recv(2) : comm.recv(ANY_SOURCE)).then(note, note)
    })
    expect((await rejection(run)).message).toMatch(/the cause/)
    for (let i = 0; i < 5; i++) await new Promise(setImmediate)
    expect(settled).toEqual([])
  })

  it('fails the run with an error of a communication it did not catch', async () => {
    const run = runRanks(2, async (comm) => {
      if (comm.rank === 0) return comm.send(new Float64Array(10), 1)
      await comm.recv(0, { into: new Float64Array(5) })
    })
    const error = await rejection(run)
    expect(error).toBeInstanceOf(TruncateError)
    expect((error as MpiError).code).toBe('ERR_TSMPI_TRUNCATE')
    expect(error.message).toMatch(/rank 1/)
  })
})

describe('a deadlock names what each rank waits for', () => {
  it('receives in a ring', async () => {
    const run = runRanks(3, async (comm) => {
      await comm.recv((comm.rank + 1) % 3, { tag: 10 + comm.rank })
      await comm.send('never', (comm.rank + 2) % 3)
    })
    const error = await rejection(run)
    expect(error).toBeInstanceOf(DeadlockError)
    for (const rank of [0, 1, 2])
      expect(error.message).toMatch(
        new RegExp(
          `rank ${rank}: recv on world, rank ${rank} of 3, from rank ${(rank + 1) % 3}, tag ${10 + rank}`,
        ),
      )
  })

  it('sends head to head when no send is buffered', async () => {
    const headToHead = (eager: number) =>
      runRanks(
        2,
        async (comm) => {
          await comm.send('x', 1 - comm.rank)
          await comm.recv(1 - comm.rank)
        },
        { eager },
      )
    const error = await rejection(headToHead(0))
    expect(error).toBeInstanceOf(DeadlockError)
    expect(error.message).toMatch(/rank 0: send on world, rank 0 of 2, to rank 1/)
    expect(error.message).toMatch(/rank 1: send on world, rank 1 of 2, to rank 0/)
    await headToHead(4096)
  })

  it('a wrong tag', async () => {
    const run = runRanks(2, async (comm) => {
      if (comm.rank === 0) await comm.send('x', 1, { tag: 1 })
      await comm.recv(1 - comm.rank, { tag: 2 })
    })
    const error = await rejection(run)
    expect(error).toBeInstanceOf(DeadlockError)
    expect(error.message).toMatch(/tag 2/)
  })

  it('receives from anybody, on a communicator of its own', async () => {
    const run = runRanks(2, async (comm) => {
      const copy = await comm.dup()
      await copy.recv(ANY_SOURCE)
    })
    const error = await rejection(run)
    expect(error).toBeInstanceOf(DeadlockError)
    expect(error.message).toMatch(/rank 1: recv on world\.dup/)
    expect(error.message).toMatch(/any rank|any source|anybody|ANY_SOURCE/i)
  })

  it('requests that are waited for together', async () => {
    const run = runRanks(2, async (comm) => {
      await waitAll([comm.irecv(1 - comm.rank, { tag: 3 }), comm.irecv(1 - comm.rank, { tag: 4 })])
    })
    const error = await rejection(run)
    expect(error).toBeInstanceOf(DeadlockError)
    expect(error.message).toMatch(/tag 3/)
    expect(error.message).toMatch(/tag 4/)
  })

  it('a collective that one rank does not enter', async () => {
    const run = runRanks(2, async (comm) => {
      if (comm.rank === 0) await comm.dup()
      else await comm.recv(0)
    })
    const error = await rejection(run)
    expect(error).toBeInstanceOf(DeadlockError)
    expect(error.message).toMatch(/rank 0: dup on world/)
    expect(error.message).toMatch(/rank 1: recv on world/)
  })
})

it('the same seed gives the same schedule', async () => {
  const schedule = async () => {
    const order: number[] = []
    await runRanks(
      6,
      async (comm) => {
        if (comm.rank > 0) return void (await Promise.all([1, 2, 3].map(() => comm.send(comm.rank, 0))))
        for (let i = 0; i < 15; i++) order.push(await comm.recv<number>(ANY_SOURCE))
      },
      { seed: 99, delayMs: [0, 9] },
    )
    return order
  }
  expect(await schedule()).toEqual(await schedule())
})
