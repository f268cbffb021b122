import { describe, expect, it } from 'vitest'
import { ANY_SOURCE, ANY_TAG } from '../../src/comm/arguments.ts'
import { DeadlockError, RankError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, rejection, same } from './tools.ts'

describe.each(eagerSettings)('probe, eager %d', (eager) => {
  it.each([0, 1, 5000, 200_000])('describes a message of %d bytes and leaves it there', async (bytes) => {
    await runRanks(
      3,
      async (comm) => {
        if (comm.rank === 2) return comm.send(pattern(bytes, 1), 0, { tag: 6 })
        if (comm.rank === 1) return
        const status = await comm.probe(ANY_SOURCE, { tag: ANY_TAG })
        expect(status).toEqual({ source: 2, tag: 6, count: bytes, bytes, type: Uint8Array })
        expect(await comm.probe(2, { tag: 6 })).toEqual(status)
        expect(await comm.iprobe()).toEqual(status)
        const into = new Uint8Array(status.count)
        expect(same(await comm.recv(status.source, { tag: status.tag, into }), pattern(bytes, 1))).toBe(true)
        expect(await comm.iprobe()).toBe(null)
      },
      { eager },
    )
  })

  it('describes the message that a receive would get now', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0)
          return void (await Promise.all([1, 2, 1].map((tag, i) => comm.send(i, 1, { tag }))))
        expect(await comm.probe(0, { tag: 2 })).toMatchObject({ tag: 2 })
        expect(await comm.probe(0)).toMatchObject({ tag: 1 })
        expect(await comm.recv(0, { tag: 1 })).toBe(0)
        expect(await comm.probe(0)).toMatchObject({ tag: 2 })
        expect(await comm.recv(0, { tag: 2 })).toBe(1)
        expect(await comm.recv(0)).toBe(2)
      },
      { eager },
    )
  })

  it('iprobe in a loop gets a message through', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          await comm.recv(1, { tag: 9 })
          return comm.send('x', 1)
        }
        expect(await comm.iprobe(0)).toBe(null)
        await comm.send(null, 0, { tag: 9 })
        let status = await comm.iprobe(0)
        while (!status) status = await comm.iprobe(0)
        expect(status).toMatchObject({ source: 0, tag: 0, count: 1, type: null })
        expect(await comm.recv(0)).toBe('x')
      },
      { eager },
    )
  })
})

it('a probe that waits is not served by a message of another tag or source', async () => {
  await runRanks(3, async (comm) => {
    if (comm.rank === 2) return comm.send('other source', 0, { tag: 1 })
    if (comm.rank === 1) {
      await comm.send('other tag', 0, { tag: 2 })
      await comm.recv(0)
      return comm.send('this', 0, { tag: 1 })
    }
    const probed = comm.probe(1, { tag: 1 })
    expect(await comm.recv(2)).toBe('other source')
    expect(await comm.recv(1, { tag: 2 })).toBe('other tag')
    await comm.send('go on', 1)
    expect(await probed).toMatchObject({ source: 1, tag: 1 })
    expect(await comm.recv(1)).toBe('this')
  })
})

it('a waiting probe keeps no message from a receive that waits as well', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) {
      await comm.recv(1)
      await comm.send('first', 1)
      await comm.recv(1)
      return comm.send('second', 1, { tag: 2 })
    }
    const probed = comm.probe(0)
    const got = comm.recv(0)
    await comm.send('go', 0)
    expect(await got).toBe('first')
    await comm.send('go', 0)
    await probed
    expect(await comm.recv(0, { tag: 2 })).toBe('second')
  })
})

it('a probe is answered once, by the first message, though more come', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) {
      await comm.recv(1)
      return void (await Promise.all([1, 2, 3].map((tag) => comm.send(tag, 1, { tag }))))
    }
    const probed = comm.probe(0)
    await comm.send('go', 0)
    expect(await comm.recv(0, { tag: 3 })).toBe(3)
    expect(await probed).toMatchObject({ tag: 1 })
    expect([await comm.recv(0), await comm.recv(0)]).toEqual([1, 2])
  })
})

it('several probes may wait for the same message', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) return comm.recv(1).then(() => comm.send('x', 1))
    const probes = [comm.probe(0), comm.probe(ANY_SOURCE), comm.probe(0, { tag: 0 })]
    await comm.send('go', 0)
    for (const status of await Promise.all(probes)) expect(status).toMatchObject({ source: 0, tag: 0 })
    expect(await comm.recv(0)).toBe('x')
  })
})

it('a probe nobody serves is a deadlock', async () => {
  const run = runRanks(2, async (comm) => void (await comm.probe(1 - comm.rank, { tag: 3 })))
  const error = await rejection(run)
  expect(error).toBeInstanceOf(DeadlockError)
  expect(error.message).toMatch(/rank 1: probe on world.*tag 3/)
})

it('refuses a source that is no rank', async () => {
  await runRanks(1, async (comm) => {
    for (const source of [-1, 1, 1.5, Number.NaN]) {
      expect(await rejection(comm.probe(source))).toBeInstanceOf(RankError)
      expect(await rejection(comm.iprobe(source))).toBeInstanceOf(RankError)
      expect(await rejection(comm.mprobe(source))).toBeInstanceOf(RankError)
      expect(await rejection(comm.improbe(source))).toBeInstanceOf(RankError)
    }
  })
})
