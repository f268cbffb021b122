import { describe, expect, it } from 'vitest'
import { ANY_SOURCE } from '../../src/comm/arguments.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, same } from './tools.ts'

const lengths = [0, 1, 128, 129, 4097, 65_536, 2 ** 23]

describe.each(eagerSettings)('sending to oneself, eager %d', (eager) => {
  it.each(lengths)('a send of %d bytes does not wait for its receive', async (bytes) => {
    await runRanks(
      1,
      async (comm) => {
        const buffer = pattern(bytes, 3)
        await comm.send(buffer, 0)
        buffer.fill(0xff)
        const got = await comm.recv(0)
        expect(same(got, pattern(bytes, 3))).toBe(true)
      },
      { eager },
    )
  })

  it.each(lengths)('a receive of %d bytes can be posted first', async (bytes) => {
    await runRanks(
      2,
      async (comm) => {
        const into = new Uint8Array(bytes)
        const got = comm.recv(comm.rank, { into })
        await comm.send(pattern(bytes, comm.rank), comm.rank)
        expect(await got).toBe(into)
        expect(same(into, pattern(bytes, comm.rank))).toBe(true)
      },
      { eager },
    )
  })

  it('an ssend waits for it', async () => {
    await runRanks(
      1,
      async (comm) => {
        let posted = false
        const sent = comm.ssend('x', 0).then(() => expect(posted).toBe(true))
        for (let i = 0; i < 10; i++) await comm.progress()
        posted = true
        expect(await comm.recv(0)).toBe('x')
        await sent
      },
      { eager },
    )
  })
})

it('many messages to oneself keep their order among themselves and by tag', async () => {
  await runRanks(1, async (comm) => {
    for (let i = 0; i < 300; i++) await comm.send(pattern(i * 50, i), 0, { tag: i % 2 })
    for (let i = 1; i < 300; i += 2)
      expect(same(await comm.recv(0, { tag: 1 }), pattern(i * 50, i))).toBe(true)
    for (let i = 0; i < 300; i += 2) expect(same(await comm.recv(), pattern(i * 50, i))).toBe(true)
  })
})

it('the received array is not the one that was sent', async () => {
  await runRanks(1, async (comm) => {
    const sent = Float64Array.of(1, 2)
    const got = comm.recv<Float64Array>(0)
    await comm.send(sent, 0)
    ;(await got).fill(0)
    expect(sent).toEqual(Float64Array.of(1, 2))
  })
})

it('the received item is not the one that was sent', async () => {
  await runRanks(1, async (comm) => {
    const sent = { n: 1 }
    await comm.send(sent, 0)
    const got = await comm.recv(0)
    expect(got).toEqual(sent)
    expect(got).not.toBe(sent)
  })
})

it('messages from oneself and from others meet in one queue', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 1) return comm.send('other', 0)
    await comm.send('self', 0)
    expect([await comm.recv(ANY_SOURCE), await comm.recv(ANY_SOURCE)].sort()).toEqual(['other', 'self'])
  })
})
