import { describe, expect, it } from 'vitest'
import { ANY_SOURCE } from '../../src/comm/arguments.ts'
import type { Communicator } from '../../src/comm/communicator.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, rejection } from './tools.ts'

describe.each([1, 2, 3, 5, 8])('dup of %d ranks', (size) => {
  it('has the same ranks in the same order, and works', async () => {
    await runRanks(size, async (comm) => {
      const copy = await comm.dup()
      expect([copy.rank, copy.size]).toEqual([comm.rank, size])
      expect(copy).not.toBe(comm)
      expect(copy.group.compare(comm.group)).toBe('identical')
      const source = (copy.rank + size - 1) % size
      expect(await copy.sendrecv(copy.rank, (copy.rank + 1) % size, { source })).toBe(source)
    })
  })

  it('of a dup of a dup works as well', async () => {
    await runRanks(
      size,
      async (comm) => {
        const copy = await (await (await comm.dup()).dup()).dup()
        const source = (copy.rank + size - 1) % size
        expect(await copy.sendrecv(copy.rank, (copy.rank + 1) % size, { source })).toBe(source)
      },
      { eager: 0 },
    )
  })
})

describe.each(eagerSettings)('messages of different communicators never meet, eager %d', (eager) => {
  it('with the same ranks and tags, received in another order', async () => {
    await runRanks(
      2,
      async (comm) => {
        const all = [comm, await comm.dup(), await comm.split(0), await comm.dup()]
        if (comm.rank === 0)
          return void (await Promise.all(all.map((c, i) => c.send(`on ${i}`, 1, { tag: 5 }))))
        for (const i of [3, 1, 0, 2]) expect(await all[i]!.recv(ANY_SOURCE)).toBe(`on ${i}`)
      },
      { eager },
    )
  })

  it('nor do their receives and probes', async () => {
    await runRanks(
      2,
      async (comm) => {
        const other = await comm.dup()
        if (comm.rank === 0) {
          await comm.recv(1)
          await other.send('on the copy', 1)
          await comm.recv(1)
          return comm.send('on the original', 1)
        }
        const probed = comm.probe()
        const got = comm.recv()
        await comm.send('go', 0)
        expect(await other.recv()).toBe('on the copy')
        expect(await comm.iprobe()).toBe(null)
        await comm.send('go', 0)
        expect(await got).toBe('on the original')
        const error = await rejection(probed)
        expect(error.name, 'rank 0 has finished by now').toBe('RankFailedError')
      },
      { eager },
    )
  })
})

it('two made at the same time are the same two on every rank, in whatever order they are awaited', async () => {
  await runRanks(
    4,
    async (comm) => {
      const promises = [comm.dup(), comm.dup(), comm.split(0), comm.dup()]
      const made: Communicator[] = []
      const order = comm.rank % 2 ? [3, 1, 0, 2] : [0, 1, 2, 3]
      for (const i of order) made[i] = await promises[i]!
      const next = (comm.rank + 1) % 4
      const source = (comm.rank + 3) % 4
      const results = made.map((c, i) => c.sendrecv(`on ${i}`, next, { source }))
      expect(await Promise.all(results)).toEqual(['on 0', 'on 1', 'on 2', 'on 3'])
    },
    { delayMs: [0, 5] },
  )
})

it('two flows at the same time, each on its own, do not disturb each other', async () => {
  await runRanks(
    3,
    async (comm) => {
      const a = await comm.dup()
      const b = await comm.dup()
      const flow = async (c: Communicator, name: string) => {
        let token = `${name}${c.rank}`
        for (let i = 0; i < 30; i++)
          token = await c.sendrecv<string>(token, (c.rank + 1) % 3, { source: (c.rank + 2) % 3 })
        return token
      }
      expect(await Promise.all([flow(a, 'a'), flow(b, 'b')])).toEqual([`a${comm.rank}`, `b${comm.rank}`])
    },
    { eager: 0, delayMs: [0, 3] },
  )
})

it('hundreds of communicators', async () => {
  await runRanks(3, async (comm) => {
    const all = await Promise.all(Array.from({ length: 300 }, () => comm.dup()))
    const next = (comm.rank + 1) % 3
    const source = (comm.rank + 2) % 3
    const got = await Promise.all(all.map((c, i) => c.sendrecv(i, next, { source })))
    expect(got).toEqual([...Array(300).keys()])
  })
})

it('thousands one after the other, each freed', async () => {
  await runRanks(2, async (comm) => {
    for (let i = 0; i < 1500; i++) {
      const copy = await comm.dup()
      const other = 1 - copy.rank
      expect(await copy.sendrecv(i, other, { source: other })).toBe(i)
      copy.free()
    }
  })
})
