import { describe, expect, it } from 'vitest'
import { ItemError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { rejection } from './tools.ts'

/** What rank 1 receives when rank 0 sends `value`. */
async function delivered<T>(value: T): Promise<T> {
  const results = await runRanks(2, async (comm) =>
    comm.rank === 0 ? void (await comm.send(value, 1)) : comm.recv<T>(0),
  )
  return results[1] as T
}

class Point {
  x = 1
  get doubled() {
    return 2 * this.x
  }
}

describe('an item arrives as by structuredClone', () => {
  it.each<[string, unknown]>([
    ['an array of numbers', [1, 2.5, -0, Number.NaN]],
    ['nested objects', { a: { b: [{ c: 'd' }, null, undefined] }, e: true }],
    ['undefined members', { a: undefined }],
    ['an empty object, an empty array', [{}, []]],
    [
      'a Map with keys of any kind',
      new Map<unknown, unknown>([
        [1, 'a'],
        ['b', new Map()],
        [null, []],
      ]),
    ],
    ['a Map inside an object', { m: new Map([['k', { v: 1 }]]) }],
    ['a Set', new Set([1, 'two', 3n])],
    ['a Date', new Date(1e12 + 123)],
    ['a RegExp', /a+(b)?/giu],
    ['bigints beyond 64 bits', [2n ** 200n, -(2n ** 64n)]],
    [
      'typed arrays inside an object',
      { f: Float64Array.of(1, 2), b: Uint8Array.of(3), g: BigInt64Array.of(4n) },
    ],
    ['an ArrayBuffer', Uint8Array.of(1, 2, 3).buffer],
    ['strings of any length', ['', 'x'.repeat(100_000), '\u0000', 'ü€🚀']],
    ['a string with a lone surrogate', 'a\ud800b'],
    ['an object with many keys', Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key ${i}`, i]))],
    ['keys that look like numbers, and __proto__ aside', { 0: 'a', '-1': 'b', '1.5': 'c' }],
    ['a big item', Array.from({ length: 50_000 }, (_, i) => ({ i, s: `#${i}` }))],
  ])('%s', async (_, value) => {
    expect(await delivered(value)).toStrictEqual(structuredClone(value))
  })

  it('an Error keeps its name, message and class', async () => {
    const got = await delivered(new RangeError('too far'))
    expect(got).toBeInstanceOf(RangeError)
    expect(got.message).toBe('too far')
  })

  it('an instance of a class arrives as a plain object of its own properties', async () => {
    expect(await delivered<object>(new Point())).toStrictEqual({ x: 1 })
  })

  it('a Buffer inside an object arrives as a Uint8Array', async () => {
    const { b } = await delivered({ b: Buffer.from([1, 2, 3]) as Uint8Array })
    expect(Buffer.isBuffer(b)).toBe(false)
    expect(b).toStrictEqual(Uint8Array.of(1, 2, 3))
  })

  it('a cycle stays a cycle', async () => {
    const sent: { self?: unknown; n: number } = { n: 1 }
    sent.self = sent
    const got = await delivered(sent)
    expect(got.n).toBe(1)
    expect(got.self).toBe(got)
  })

  it('one object held twice arrives as one object held twice', async () => {
    const shared = { n: 1 }
    const [a, b] = await delivered([shared, shared])
    expect(a).toStrictEqual({ n: 1 })
    expect(a).toBe(b)
  })
})

describe('what no message can carry', () => {
  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a function in an object', { deep: [{ f() {} }] }],
    ['a function in a Map', new Map([['f', () => 1]])],
    ['a function in a Set', new Set([() => 1])],
    ['a class', class {}],
    ['a symbol', Symbol('s')],
    ['a symbol in an array', [Symbol('s')]],
    ['a promise', Promise.resolve(1)],
    ['a WeakMap', new WeakMap()],
  ])('%s is an ItemError, and nothing is sent', async (_, value) => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        const error = await rejection(comm.send(value, 1))
        expect(error).toBeInstanceOf(ItemError)
        expect(error.message).toMatch(/send on world, rank 0 of 2/)
        await comm.send('the next', 1)
      } else expect(await comm.recv(0)).toBe('the next')
    })
  })
})

it('is serialised inside the call: later changes are not sent', async () => {
  await runRanks(
    2,
    async (comm) => {
      if (comm.rank === 1) return expect(await comm.recv(0)).toEqual({ list: [1, 2] })
      const value = { list: [1, 2] }
      const sent = comm.send(value, 1)
      value.list.push(3)
      await sent
    },
    { eager: 0 },
  )
})

it('is serialised inside the call to oneself as well', async () => {
  await runRanks(1, async (comm) => {
    const value = { n: 1 }
    const sent = comm.send(value, 0)
    value.n = 2
    await sent
    expect(await comm.recv(0)).toEqual({ n: 1 })
  })
})
