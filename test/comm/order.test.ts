import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANY_TAG, type Tag } from '../../src/comm/arguments.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, pattern, random, same } from './tools.ts'

/** One message of the plan that both sides know. */
interface Planned {
  readonly id: number
  readonly tag: number
  readonly bytes: number
}

const interesting = [0, 1, 7, 99, 100, 101, 128, 129, 4095, 4096, 4097, 65_536, 65_537]

/** Lengths from 0 B to 8 MiB: mostly around the places where the way changes, seldom large. */
function someLength(rng: () => number): number {
  const kind = rng()
  if (kind < 0.5) return interesting[Math.floor(rng() * interesting.length)]!
  if (kind < 0.9) return Math.floor(rng() * 10_000)
  if (kind < 0.985) return Math.floor(rng() * 300_000)
  return 2 ** 23 - Math.floor(rng() * 5)
}

function plan(rng: () => number, count: number): Planned[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    tag: Math.floor(rng() * 3),
    bytes: someLength(rng),
  }))
}

/** Tags to ask for, one per message, such that every receive is served: drawn against MPI's matching rule. */
function asks(rng: () => number, messages: readonly Planned[]): { tag: Tag; expected: Planned }[] {
  const left = [...messages]
  return messages.map(() => {
    const tag = rng() < 0.4 ? ANY_TAG : left[Math.floor(rng() * left.length)]!.tag
    const index = left.findIndex((message) => tag === ANY_TAG || message.tag === tag)
    return { tag, expected: left.splice(index, 1)[0]! }
  })
}

// With one source, which message a receive gets depends on the two orders alone, and not on who came first.
describe.each(eagerSettings)('messages of one rank never overtake, eager %d', (eager) => {
  it.each([
    ['at once', 0],
    ['with delays', [0, 5] as const],
  ])('whatever sizes they have and in whatever order of tags they are asked for, %s', async (_, delayMs) => {
    const property = fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
      const rng = random(seed)
      const messages = plan(rng, 60)
      const receives = asks(rng, messages)
      await runRanks(
        2,
        async (comm) => {
          if (comm.rank === 0) {
            const sends = messages.map(({ id, tag, bytes }) => comm.send(pattern(bytes, id), 1, { tag }))
            return void (await Promise.all(sends))
          }
          const results: Promise<unknown>[] = []
          for (const { tag, expected } of receives) {
            results.push(
              comm.recv(0, { tag, status: true }).then(({ value, status }) => {
                expect(status).toMatchObject({ source: 0, tag: expected.tag, bytes: expected.bytes })
                expect(same(value, pattern(expected.bytes, expected.id)), `message ${expected.id}`).toBe(true)
              }),
            )
            if (rng() < 0.3) await results[Math.floor(rng() * results.length)]
          }
          await Promise.all(results)
          expect(await comm.iprobe(), 'nothing is left, nothing came twice').toBe(null)
        },
        { seed, eager, delayMs },
      )
    })
    await fc.assert(property, { numRuns: 6 })
  })
})

it('receives posted alike get the messages in the order they were sent', async () => {
  const lengths = [100_000, 4, 50_000, 0, 5000, 8]
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) return void (await Promise.all(lengths.map((n, i) => comm.send(pattern(n, i), 1))))
    const results = await Promise.all(lengths.map(() => comm.recv(0)))
    for (const [i, value] of results.entries())
      expect(same(value, pattern(lengths[i]!, i)), `message ${i}`).toBe(true)
  })
})
