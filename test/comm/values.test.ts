import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import { runRanks } from '../../src/testing/index.ts'
import { eagerSettings, elementTypes, pattern, same } from './tools.ts'

/** What rank 1 receives when rank 0 sends `value`. */
async function delivered(value: unknown, eager = 4096): Promise<unknown> {
  const program = async (comm: Communicator) => {
    if (comm.rank === 0) await comm.send(value, 1)
    else return comm.recv(0)
  }
  return (await runRanks(2, program, { eager }))[1]
}

describe.each(eagerSettings)('typed arrays, eager %d', (eager) => {
  it.each(elementTypes)('%o arrives with its type and every bit', async (ctor) => {
    for (const length of [0, 1, 2, 17, 1000, 20_000]) {
      const sent = pattern(length, length, ctor)
      const got = await delivered(sent, eager)
      expect(got).toBeInstanceOf(ctor)
      expect(same(got, sent), `${ctor.name}(${length})`).toBe(true)
    }
  })

  it('sends the elements of a view and not what lies around them', async () => {
    const whole = Float64Array.from({ length: 5000 }, (_, i) => i)
    const got = (await delivered(whole.subarray(1000, 3000), eager)) as Float64Array
    expect(got.length).toBe(2000)
    expect(got[0]).toBe(1000)
    expect(got[1999]).toBe(2999)
  })

  it('sends views at odd byte offsets', async () => {
    const got = await delivered(Uint8Array.of(1, 2, 3, 4, 5, 6, 7).subarray(3, 6), eager)
    expect(got).toEqual(Uint8Array.of(4, 5, 6))
  })

  it('keeps NaN, -0, infinities and the limits of 64-bit integers', async () => {
    const floats = Float64Array.of(Number.NaN, -0, Infinity, -Infinity, 5e-324, Number.MAX_VALUE)
    expect(await delivered(floats, eager)).toEqual(floats)
    const bigs = BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n)
    expect(await delivered(bigs, eager)).toEqual(bigs)
  })
})

describe('a Buffer', () => {
  it('arrives as a Uint8Array of its bytes, also one from the pool', async () => {
    const pooled = Buffer.from('from the pool')
    const got = await delivered(pooled)
    expect(got).toBeInstanceOf(Uint8Array)
    expect(Buffer.from(got as Uint8Array).toString()).toBe('from the pool')
  })

  it('can be received into', async () => {
    const into = Buffer.alloc(20, '.')
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) return comm.send(Buffer.from('hello'), 1)
      expect(await comm.recv(0, { into })).toBe(into)
    })
    expect(into.toString()).toBe('hello...............')
  })
})

it('a typed array of another realm arrives as one of this', async () => {
  const got = await delivered(runInNewContext('Float64Array.of(1, 2, 3)'))
  expect(got).toBeInstanceOf(Float64Array)
  expect(got).toEqual(Float64Array.of(1, 2, 3))
})

describe('numbers and other single values', () => {
  it.each([
    0,
    -0,
    1.5,
    Number.NaN,
    Infinity,
    -Infinity,
    2 ** 53,
    Number.MIN_VALUE,
    10n ** 30n,
    -1n,
    2n ** 64n,
    '',
    'grüße 🚀',
    true,
    false,
    null,
    undefined,
  ])('%s', async (value) => {
    expect(await delivered(value)).toBe(value)
  })
})

it('gives the receiver memory of its own', async () => {
  const sent = Float64Array.of(1, 2, 3)
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) {
      await comm.send(sent, 1)
      await comm.recv(1, { tag: 9 })
      return expect(sent).toEqual(Float64Array.of(1, 2, 3))
    }
    const got = await comm.recv<Float64Array>(0)
    got.fill(-1)
    await comm.send(null, 0, { tag: 9 })
  })
})
