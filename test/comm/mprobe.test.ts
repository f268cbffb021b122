import { describe, expect, it } from 'vitest'
import { ANY_SOURCE } from '../../src/comm/arguments.ts'
import { TruncateError, TypeMismatchError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, rejection, same } from './tools.ts'

describe.each(eagerSettings)('mprobe, eager %d', (eager) => {
  it.each([0, 1, 5000, 200_000])('takes a message of %d bytes so that nobody else gets it', async (bytes) => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0)
          return void (await Promise.all([comm.send(pattern(bytes, 1), 1), comm.send('second', 1)]))
        const message = await comm.mprobe(0)
        expect(message.status).toEqual({ source: 0, tag: 0, count: bytes, bytes, type: Uint8Array })
        expect(await comm.recv(0)).toBe('second')
        expect(await comm.iprobe()).toBe(null)
        expect(same(await message.recv(), pattern(bytes, 1))).toBe(true)
      },
      { eager },
    )
  })

  it('waits for a message, and is served in the order of posting', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          await comm.recv(1)
          return void (await Promise.all(['a', 'b', 'c'].map((value) => comm.send(value, 1))))
        }
        const first = comm.mprobe(ANY_SOURCE)
        const second = comm.recv(0)
        const third = comm.mprobe(0)
        await comm.send('go', 0)
        expect(await second).toBe('b')
        expect(await (await third).recv()).toBe('c')
        expect(await (await first).recv()).toBe('a')
      },
      { eager },
    )
  })

  it('receives into, with status', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) return comm.send(Float64Array.of(1, 2), 1, { tag: 5 })
        const message = await comm.mprobe(0)
        const into = new Float64Array(message.status.count)
        expect(await message.recv({ into, status: true })).toEqual({ value: into, status: message.status })
        expect(into).toEqual(Float64Array.of(1, 2))
      },
      { eager },
    )
  })

  it('a failed receive of a taken message consumes it, and lets the sender go on', async () => {
    await runRanks(
      2,
      async (comm) => {
        if (comm.rank === 0) {
          await comm.ssend(new Float64Array(2000), 1)
          await comm.ssend(new Float64Array(2000), 1)
          return comm.send('last', 1)
        }
        const into = new Float64Array(1)
        expect(await rejection((await comm.mprobe(0)).recv({ into }))).toBeInstanceOf(TruncateError)
        const as = Int8Array
        expect(await rejection((await comm.mprobe(0)).recv({ as }))).toBeInstanceOf(TypeMismatchError)
        expect(await comm.recv(0)).toBe('last')
      },
      { eager },
    )
  })
})

describe('improbe', () => {
  it('is null while nothing fits, and takes what fits', async () => {
    await runRanks(1, async (comm) => {
      expect(await comm.improbe()).toBe(null)
      await comm.send('x', 0, { tag: 1 })
      expect(await comm.improbe(0, { tag: 2 })).toBe(null)
      const message = await comm.improbe(0, { tag: 1 })
      expect(message!.status).toMatchObject({ source: 0, tag: 1 })
      expect(await comm.improbe()).toBe(null)
      expect(await message!.recv()).toBe('x')
    })
  })

  it('in a loop gets everything through', async () => {
    await runRanks(3, async (comm) => {
      if (comm.rank > 0)
        return void (await Promise.all([0, 1, 2].map((i) => comm.send(pattern(6000 * i, i), 0, { tag: i }))))
      for (let got = 0; got < 6; ) {
        const message = await comm.improbe()
        if (!message) continue
        expect(same(await message.recv(), pattern(6000 * message.status.tag, message.status.tag))).toBe(true)
        got++
      }
    })
  })
})

it('several taken messages can be received in any order', async () => {
  await runRanks(
    2,
    async (comm) => {
      if (comm.rank === 0)
        return void (await Promise.all([0, 1, 2, 3].map((i) => comm.send(pattern(3000 * i, i), 1))))
      const messages = [
        await comm.mprobe(0),
        await comm.mprobe(0),
        await comm.mprobe(0),
        await comm.mprobe(0),
      ]
      for (const i of [2, 0, 3, 1]) expect(same(await messages[i]!.recv(), pattern(3000 * i, i))).toBe(true)
    },
    { eager: 4000 },
  )
})

it('a taken message can be received once', async () => {
  await runRanks(1, async (comm) => {
    await comm.send('x', 0)
    const message = await comm.mprobe(0)
    expect(await message.recv()).toBe('x')
    expect(await rejection(message.recv())).toBeInstanceOf(Error)
  })
})
