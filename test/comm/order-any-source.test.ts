import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANY_SOURCE, ANY_TAG, type Source, type Tag } from '../../src/comm/arguments.ts'
import type { Communicator } from '../../src/comm/communicator.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, random, same } from './tools.ts'

interface Planned {
  readonly id: number
  readonly tag: number
  readonly bytes: number
}

const senders = 4

function plans(rng: () => number): Planned[][] {
  const length = () => Math.floor(rng() < 0.9 ? rng() * 6000 : rng() * 200_000)
  return Array.from({ length: senders }, (_, s) =>
    Array.from({ length: 25 }, (_, i) => ({
      id: s * 1000 + i,
      tag: Math.floor(rng() * 3),
      bytes: length(),
    })),
  )
}

/** Asks for what is still to come, in random terms; what arrives must be the oldest of its sender that fits. */
async function receiveAll(comm: Communicator, rng: () => number, expected: Planned[][]): Promise<void> {
  const left = expected.map((messages) => [...messages])
  while (left.some((messages) => messages.length > 0)) {
    const open = left.flatMap((messages, i) => messages.map(({ tag }) => ({ source: i + 1, tag })))
    const pick = open[Math.floor(rng() * open.length)]!
    const source: Source = rng() < 0.6 ? ANY_SOURCE : pick.source
    const tag: Tag = rng() < 0.5 ? ANY_TAG : pick.tag
    if (rng() < 0.2) await comm.probe(source, { tag })
    const { value, status } = await comm.recv(source, { tag, status: true })
    if (source !== ANY_SOURCE) expect(status.source).toBe(source)
    const messages = left[status.source! - 1]!
    const index = messages.findIndex((message) => tag === ANY_TAG || message.tag === tag)
    const oldest = messages.splice(index, 1)[0]!
    expect(status).toMatchObject({ tag: oldest.tag, bytes: oldest.bytes })
    expect(same(value, pattern(oldest.bytes, oldest.id)), `message ${oldest.id}`).toBe(true)
  }
}

describe.each(eagerSettings)('any source, eager %d', (eager) => {
  it('messages of each rank keep their order, none is lost or comes twice', async () => {
    const property = fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
      const rng = random(seed)
      const expected = plans(rng)
      await runRanks(
        senders + 1,
        async (comm) => {
          if (comm.rank === 0) {
            await receiveAll(comm, rng, expected)
            return expect(await comm.iprobe()).toBe(null)
          }
          const mine = expected[comm.rank - 1]!
          await Promise.all(mine.map(({ id, tag, bytes }) => comm.send(pattern(bytes, id), 0, { tag })))
        },
        { seed, eager, delayMs: [0, 4] },
      )
    })
    await fc.assert(property, { numRuns: 8 })
  })

  it('receives posted before anything is sent get each message once', async () => {
    await runRanks(
      senders + 1,
      async (comm) => {
        if (comm.rank > 0) {
          await comm.recv(0, { tag: 9 })
          for (let i = 0; i < 20; i++) await comm.send([comm.rank, i], 0)
          return
        }
        const receives = Array.from({ length: 20 * senders }, () => comm.recv<[number, number]>(ANY_SOURCE))
        for (let r = 1; r <= senders; r++) await comm.send(null, r, { tag: 9 })
        const got = await Promise.all(receives)
        // Receives posted alike are served in order, so each sender's numbers come in order among them.
        for (let r = 1; r <= senders; r++)
          expect(got.filter(([rank]) => rank === r).map(([, i]) => i)).toEqual([...Array(20).keys()])
      },
      { eager },
    )
  })
})

it('a receive from anybody and one from somebody share what comes by the order they were posted', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 1) {
      await comm.recv(0, { tag: 9 })
      for (let i = 0; i < 4; i++) await comm.send(i, 0, { tag: i })
      return
    }
    const receives = [comm.recv(ANY_SOURCE), comm.recv(1), comm.recv(1, { tag: 3 }), comm.recv(ANY_SOURCE)]
    await comm.send(null, 1, { tag: 9 })
    expect(await Promise.all(receives)).toEqual([0, 1, 3, 2])
  })
})
