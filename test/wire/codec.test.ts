/**
 * The reference is structuredClone itself: every value must come out of the codec as it comes out of that,
 * or be refused by both.
 */

import { createSecretKey } from 'node:crypto'
import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ItemError, MpiError } from '../../src/errors.ts'
import { Form } from '../../src/wire/codec/form.ts'
import { MEETINGS_MIN } from '../../src/wire/codec/keys.ts'
import { decodeItem, encodeItem } from '../../src/wire/codec.ts'
import { expectSameGraph } from './same-graph.ts'

const where = 'send on world, rank 1 of 4'

function roundTrip(value: unknown): unknown {
  return decodeItem(encodeItem(value, where))
}

/** The bytes of a value after so many like it that the codec is prepared for them. */
function encodeOften(value: unknown): Uint8Array {
  for (let i = 1; i < MEETINGS_MIN; i++) encodeItem(value, where)
  return encodeItem(value, where)
}

class Point {
  x = 1
  #hidden = 2
  get sum(): number {
    return this.x + this.#hidden
  }
}

class CustomError extends Error {
  override name = 'CustomError'
  code = 7
}

/** An array of two elements with a hole between them. */
function holes(first: unknown, last: unknown): unknown[] {
  const list: unknown[] = [first]
  list[2] = last
  return list
}

function special(): Record<string, unknown> {
  const cycle: Record<string, unknown> = { list: [1] }
  cycle.self = cycle
  ;(cycle.list as unknown[]).push(cycle)
  const shared = { deep: [1, 2] }
  const memory = new ArrayBuffer(32)
  const stateful = /x/g
  stateful.lastIndex = 3
  const holed = holes(1, 3)
  holed.length = 5
  const keyed = new Map<unknown, unknown>([
    [{ key: 1 }, 'object'],
    [NaN, 'NaN'],
    [-0, 'zero'],
    ['s', new Map()],
  ])
  keyed.set(keyed, 'itself')
  return {
    'every scalar': [
      0,
      -0,
      1,
      -1,
      0.1,
      NaN,
      Infinity,
      -Infinity,
      2 ** 31,
      -(2 ** 31),
      2 ** 53,
      5e-324,
      '',
      null,
      undefined,
      true,
      false,
    ],
    bigints: [
      0n,
      1n,
      -1n,
      2n ** 63n - 1n,
      2n ** 63n,
      -(2n ** 63n),
      2n ** 64n - 1n,
      2n ** 64n,
      -(2n ** 64n),
      3n ** 2000n,
    ],
    strings: [
      'ascii',
      'Grüße',
      '☃',
      '😀',
      '\0',
      '\ud800',
      'a\udfffb',
      'x'.repeat(100_000),
      'ü'.repeat(70_000),
      '\ufffd',
    ],
    'long strings alone': 'é☃😀'.repeat(20_000),
    'a record': {
      id: 1,
      name: 'p',
      position: { x: 1.5, y: -2 },
      tags: ['a', 'b'],
      ok: true,
      none: null,
      undef: undefined,
    },
    'minus zero in a record': { x: -0, y: 0 },
    'minus zero in a list': [1, -0, 0],
    'an empty list': [],
    'an empty record': {},
    'list of lists': [[1, 2], [3.5], []],
    'list of int32': [1, -2, 2 ** 31 - 1, -(2 ** 31)],
    'list of numbers': [1, 2 ** 31, 0.5, NaN],
    'list of numbers and one string': [1, 2, '3'],
    'list of numbers and undefined': [1, 2, undefined],
    holes: holed,
    'a list of holes': new Array(3),
    'numbers and a hole': holes(1, 2),
    'a short list with a property': Object.assign([1, 2], { extra: 1 }),
    'a long list with a property': Object.assign(
      Array.from({ length: 100 }, (_, i) => i),
      { extra: 1 },
    ),
    'a long list of strings with a property': Object.assign(new Array(100).fill('s'), { extra: 1 }),
    'a hole and a property': Object.assign(holes(1, 'x'), { extra: 1 }),
    'a long list': Array.from({ length: 100 }, (_, i) => `item ${i}`),
    'the result of a match': /(?<year>\d+)/.exec('in 2024'),
    'a subclass of Array': class Stack extends Array<number> {}.from([1, 2, 3]),
    'a key __proto__': JSON.parse('{"__proto__": {"polluted": 1}, "a": 1}'),
    'awkward keys': { constructor: 1, toJSON: 2, hasOwnProperty: 3, '': 4, '1': 5, '\ud800': 6, ключ: 7 },
    'awkward keys that MessagePack can': {
      constructor: 'x',
      toJSON: 2,
      hasOwnProperty: 3,
      length: 4,
      '': 6,
      10: 7,
    },
    'non-enumerable and symbol keys': Object.defineProperty({ [Symbol('s')]: 1, seen: 2 }, 'unseen', {
      value: 3,
    }),
    'a getter': {
      get twice() {
        return [1, 2]
      },
    },
    'null prototype': Object.assign(Object.create(null), { a: 1 }),
    'class instances': [new Point(), { nested: new Point() }],
    boxed: [Object(1), Object(-0), Object('s'), Object(true), Object(2n ** 70n)],
    dates: [new Date(0), new Date(1.7e12), new Date(NaN), new Date(-1)],
    'regular expressions': [/a+/giu, stateful],
    'maps and sets': [keyed, new Set<unknown>([1, 'a', { b: 1 }, NaN])],
    errors: [
      new Error('plain'),
      new TypeError('typed', { cause: { why: [1] } }),
      new CustomError('custom'),
      new AggregateError([new Error('inner')], 'many'),
      Object.assign(new RangeError('no stack'), { stack: undefined }),
    ],
    'a cycle': cycle,
    'shared parts': [shared, shared, { again: shared.deep }],
    'the same empty list twice': { a: holed, b: holed },
    memory: [memory, new ArrayBuffer(0)],
    'typed arrays': [
      Int8Array.of(-1),
      Uint8Array.of(1),
      Uint8ClampedArray.of(255),
      Int16Array.of(-2),
      Uint16Array.of(2),
      Int32Array.of(-3),
      Uint32Array.of(3),
      Float32Array.of(0.5, NaN, -0),
      Float64Array.of(0.1, -0),
      BigInt64Array.of(-5n),
      BigUint64Array.of(5n),
      new Float64Array(),
    ],
    'a DataView': new DataView(memory, 4, 8),
    'a Buffer': { part: Buffer.from('from the pool') },
    'views that share memory': [
      new Float64Array(memory, 8, 2),
      new Uint8Array(memory, 12, 4),
      new DataView(memory),
    ],
    'a view and its memory': { view: new Uint8Array(memory, 3, 4), memory },
    'the same view twice': { a: new Uint8Array(memory, 3, 4) },
    'a deep tree': JSON.parse('['.repeat(150) + ']'.repeat(150)),
    'a deeper tree': JSON.parse('['.repeat(1000) + ']'.repeat(1000)),
    'many keys': Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`k${i}`, i])),
    'many objects': Array.from({ length: 1000 }, (_, id) => ({ id, name: `n${id}` })),
    ...dictionaries(),
    ...tables(),
  }
}

function dictionaries(): Record<string, unknown> {
  const cycle = dictionary(40)
  cycle.self = cycle
  const shared = [1]
  const inherited = dictionary(40)
  Object.setPrototypeOf(inherited, { inherited: 1 })
  return {
    'a dictionary': dictionary(100),
    'a large dictionary': dictionary(1000),
    'a larger dictionary': dictionary(1001),
    'a dictionary with keys like integers': {
      ...dictionary(40),
      10: 'ten',
      9: 'nine',
      '-1': 'minus one',
      '4294967294': 'an index',
      '4294967295': 'no index',
      '01': 'no integer',
    },
    'a dictionary with the empty key': { ...dictionary(40), '': 1 },
    'a dictionary with awkward keys': {
      ...dictionary(40),
      constructor: 1,
      toString: 2,
      valueOf: undefined,
      'quote"back\\slash': 3,
      'line\n\u2028': 4,
      '${x}': 5,
      ключ: 6,
      '😀': 7,
    },
    'a dictionary with the separator in a key': { ...dictionary(40), 'a\0b': 1, '\0': 2 },
    'a dictionary with a key __proto__': { ...dictionary(40), ...JSON.parse('{}'), ['__proto__']: 1 },
    'a dictionary with half a character in a key': { ...dictionary(40), '\ud83d': 1, '\ude00': 2 },
    'a dictionary with half a character in a value': { ...dictionary(40), half: '\ud83d' },
    'a dictionary with minus zero': { ...dictionary(40), zero: -0 },
    'a dictionary with holes': { ...dictionary(40), list: holes(1, 2) },
    'a dictionary with undefined': { ...dictionary(40), nothing: undefined, none: null },
    'a dictionary in a cycle': cycle,
    'a dictionary with one part twice': { ...dictionary(40), a: shared, b: shared },
    'a dictionary with symbols': { ...dictionary(40), [Symbol('s')]: 1 },
    'a dictionary with something unseen': Object.defineProperty(dictionary(40), 'unseen', { value: 1 }),
    'a dictionary that inherits': inherited,
    'a dictionary of no prototype': Object.assign(Object.create(null), dictionary(40)),
    'a dictionary with a getter': {
      ...dictionary(40),
      get twice() {
        return [1, 2]
      },
    },
    'a dictionary of dictionaries': { ...dictionary(40), part: dictionary(40) },
    'a frozen dictionary': Object.freeze(dictionary(40)),
    'a dictionary of long texts': Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`${i}${'ü'.repeat(2000)}`, 'é'.repeat(i * 100)]),
    ),
  }
}

function tables(): Record<string, unknown> {
  const row = { id: 1 }
  const extended = Object.assign(table(10), { extra: 1 })
  const cycle: Record<string, unknown>[] = [{ up: 0 }, { up: 1 }, { up: 2 }, { up: 3 }]
  cycle[2]!.up = cycle
  const held = table(10)
  delete held[5]
  return {
    'a table': table(100),
    'a table of one column': Array.from({ length: 10 }, (_, i) => ({ '': i })),
    'a table with parts': Array.from({ length: 10 }, (_, i) => ({ i, part: { deep: [i] }, none: undefined })),
    'a wide table': Array.from({ length: 10 }, () => dictionary(40)),
    'a table of empty rows': [{}, {}, {}, {}, {}],
    'a table with another order': [...table(4), { name: 'n', id: 1 }],
    'a table with fewer keys': [...table(4), { id: 1 }],
    'a table with more keys': [...table(4), { id: 1, name: '', more: 1 }],
    'a table with a gap': [...table(4), null, undefined],
    'a table with a hole': held,
    'a table with a list': [...table(4), ['id', 'name']],
    'a table with a row twice': [row, { id: 2 }, { id: 3 }, row],
    'a table in a cycle': cycle,
    'a table with a property': extended,
    'a table with an instance': [...table(4), Object.assign(new (class Row {})(), { id: 1, name: '' })],
    'a table of instances': Array.from({ length: 5 }, () => new Point()),
    'a table with minus zero': [...table(4), { id: -0, name: '' }],
    'a table with keys like integers': Array.from({ length: 5 }, () => ({ b: 1, 2: 2, 1: 1 })),
    'a table with a key __proto__': Array.from({ length: 5 }, () => JSON.parse('{"__proto__": 1, "a": 2}')),
    'a table with symbols': Array.from({ length: 5 }, (_, i) => ({ i, [Symbol('s')]: 1 })),
  }
}

describe('a value arrives as by structuredClone', () => {
  test.each(Object.entries(special()))('%s', (_, value) => {
    expectSameGraph(roundTrip(value), structuredClone(value))
  })

  test.each([
    ...(special()['every scalar'] as unknown[]),
    ...(special().bigints as unknown[]),
    ...(special().strings as unknown[]),
  ])('alone: %s', (value) => {
    expectSameGraph(roundTrip(value), structuredClone(value))
  })

  test('any tree', () => {
    fc.assert(
      fc.property(anyValue, (value) => expectSameGraph(roundTrip(value), structuredClone(value))),
      {
        numRuns: 500,
      },
    )
  })

  test('any dictionary, any table', () => {
    const plain = fc.oneof(
      fc.integer(),
      fc.double({ noNaN: false }),
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
      fc.array(fc.nat(), { maxLength: 3 }),
      fc.record({ a: fc.nat(), b: fc.string() }),
    )
    const leaf = fc.oneof({ arbitrary: plain, weight: 500 }, { arbitrary: anyValue, weight: 1 })
    const key = fc.oneof(
      { arbitrary: fc.string({ maxLength: 5 }), weight: 50 },
      { arbitrary: fc.nat(9999).map(String), weight: 10 },
      { arbitrary: fc.string({ unit: 'binary' }), weight: 10 },
      { arbitrary: anyText, weight: 1 },
    )
    const wide = fc.dictionary(key, leaf, { minKeys: 25, maxKeys: 60, size: 'max' })
    const rows = fc.tuple(fc.uniqueArray(key, { maxLength: 6 }), fc.nat(10)).chain(([keys, count]) =>
      fc.array(
        fc
          .tuple(...keys.map(() => leaf))
          .map((values) => Object.fromEntries(keys.map((k, i) => [k, values[i]]))),
        { minLength: count, maxLength: count },
      ),
    )
    const forms = new Set<number>()
    fc.assert(
      fc.property(fc.oneof(wide, rows), (drawn) => {
        const bytes = encodeOften(drawn)
        forms.add(bytes[0]!)
        const expected = structuredClone(drawn)
        // Objects of keys met often are made by other code.
        for (let i = 0; i < 10; i++) expectSameGraph(decodeItem(bytes), expected)
      }),
      { numRuns: 300 },
    )
    expect([...forms]).toEqual(expect.arrayContaining([Form.DICTIONARY, Form.TABLE, Form.PLAIN, Form.CLONE]))
  })

  test('whatever was met before, and however often', () => {
    const values = Object.values({ ...dictionaries(), ...tables() })
    for (let round = 0; round < 12; round++)
      for (const value of values) expectSameGraph(roundTrip(value), structuredClone(value))
    for (const value of values)
      for (let again = 0; again < 12; again++) expectSameGraph(roundTrip(value), structuredClone(value))
  })

  test('with a getter that sends something itself', () => {
    const value = {
      before: ['b'],
      get inner() {
        return roundTrip({ a: table(5), b: dictionary(20) })
      },
      after: ['a'],
    }
    expectSameGraph(roundTrip(value), structuredClone(value))
  })

  test.each([1, 40])('with a getter that takes the next key away, after %i others', (count) => {
    function shrinking(): object {
      const object: Record<string, unknown> = dictionary(count)
      Object.defineProperty(object, 'getter', {
        enumerable: true,
        get() {
          delete object.next
          return 1
        },
      })
      object.next = 2
      return object
    }
    expectSameGraph(roundTrip(shrinking()), structuredClone(shrinking()))
    expectSameGraph(
      roundTrip([{ a: shrinking() }, shrinking()]),
      structuredClone([{ a: shrinking() }, shrinking()]),
    )
    const rows = () => Array.from({ length: 5 }, shrinking)
    expectSameGraph(roundTrip(rows()), structuredClone(rows()))
  })

  test('any graph', () => {
    const graph = fc.tuple(
      fc.array(anyValue, { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.nat(), fc.nat())),
    )
    fc.assert(
      fc.property(graph, ([drawn, links]) => {
        // Links change the parts, and fast-check may draw the same ones again.
        const parts = structuredClone(drawn)
        const root = { parts, links: links.map(([i]) => parts[i % parts.length]) }
        for (const [from, to] of links)
          link(parts[from % parts.length], [root, ...parts][to % (parts.length + 1)])
        // V8 cannot read back an error that is its own cause; neither can we.
        const [expected] = attempt(() => structuredClone(root))
        if (expected === undefined) expect(() => roundTrip(root)).toThrow(MpiError)
        else expectSameGraph(roundTrip(root), expected)
      }),
      { numRuns: 300 },
    )
  })
})

/** An object of so many keys and values of several kinds. */
function dictionary(count: number): Record<string, unknown> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`key ${i}`, [i, i + 0.5, `value ${i}`, [i, { i }]][i % 4]]),
  )
}

/** So many objects of the same keys. */
function table(rows: number): object[] {
  return Array.from({ length: rows }, (_, id) => ({ id, name: `row ${id}` }))
}

describe('the form', () => {
  test.each<[string, unknown, number]>([
    ['a record', { a: 1, b: 'x', c: [null, true] }, Form.PLAIN],
    ['a list of strings', ['a', 'b'], Form.PLAIN],
    ['a list of int32', [1, 2, 3], Form.INT32_LIST],
    ['a list of numbers', [1, 2.5], Form.FLOAT64_LIST],
    ['a list with -0', [1, -0], Form.FLOAT64_LIST],
    ['a record with -0', { a: -0 }, Form.CLONE],
    ['a record of many keys', dictionary(32), Form.PLAIN],
    ['a dictionary', dictionary(33), Form.DICTIONARY],
    ['a large dictionary', dictionary(1000), Form.DICTIONARY],
    ['a larger dictionary', dictionary(1001), Form.CLONE],
    ['a dictionary with -0', { ...dictionary(40), zero: -0 }, Form.CLONE],
    ['a dictionary in a dictionary', { ...dictionary(40), part: dictionary(40) }, Form.CLONE],
    ['a dictionary with a key that holds the separator', { ...dictionary(40), 'a\0b': 1 }, Form.CLONE],
    ['a short table with keys met often', table(4), Form.TABLE],
    ['a table', table(40), Form.TABLE],
    ['a wide table', [dictionary(40), dictionary(40), dictionary(40), dictionary(40)], Form.TABLE],
    ['a short table', table(3), Form.PLAIN],
    ['a table with another row', [...table(4), { id: 1 }], Form.PLAIN],
    ['a table with a row in another order', [...table(4), { name: 'n', id: 1 }], Form.PLAIN],
    ['a table with a gap', [...table(4), null], Form.PLAIN],
    ['a table of nothing', [{}, {}, {}, {}], Form.PLAIN],
    ['a table with one row twice', new Array(4).fill({ id: 1 }), Form.CLONE],
    ['a table with -0', [...table(4), { id: -0, name: '' }], Form.CLONE],
    ['a Map', new Map(), Form.CLONE],
    ['a string', 'é', Form.UTF8],
    ['half a string', '\ud800', Form.UTF16],
  ])('of %s', (_, value, form) => {
    expect(encodeOften(value)[0]).toBe(form)
  })

  test('keys that come once are left to V8', () => {
    expect(encodeItem(dictionary(50), where)[0]).toBe(Form.CLONE)
    expect(
      encodeItem(
        table(31).map((row) => ({ ...row, once: 1 })),
        where,
      )[0],
    ).toBe(Form.PLAIN)
    expect(
      encodeItem(
        table(32).map((row) => ({ ...row, twice: 1 })),
        where,
      )[0],
    ).toBe(Form.TABLE)
  })

  test('a row of a matrix is sent without the matrix', () => {
    const matrix = new Float64Array(100_000)
    const row = matrix.subarray(500, 510)
    const bytes = encodeItem({ row }, where)
    expect(bytes.byteLength).toBeLessThan(200)
    expect(encodeItem({ name: Buffer.from('abc') }, where).byteLength).toBeLessThan(100)
    expect(decodeItem(bytes)).toEqual({ row: new Float64Array(10) })
  })

  test('a typed array in memory of threads arrives as a copy', () => {
    const shared = new Int32Array(new SharedArrayBuffer(16), 4, 2).fill(7)
    const copy = roundTrip({ shared }) as { shared: Int32Array }
    expect(copy.shared).toEqual(Int32Array.of(7, 7))
    expect(copy.shared.buffer).toBeInstanceOf(ArrayBuffer)
  })
})

describe('what cannot be sent is refused with its path', () => {
  const f = () => {}
  const detached = new Uint8Array(8)
  structuredClone(detached, { transfer: [detached.buffer] })
  const cycle: Record<string, unknown> = { a: { b: {} } }
  ;(cycle.a as Record<string, unknown>).up = cycle
  cycle.last = [f]
  const dataOnly = ', which cannot be copied; send data only'
  const table: [string, unknown][] = [
    ['value is a function; send data only, or its name', f],
    ['value is a function; send data only, or its name', class A {}],
    ['value is a symbol; send data only, or its description', Symbol('s')],
    ['value.options.callback is a function; send data only, or its name', { options: { callback: f } }],
    ['value.a[1].b is a symbol; send data only, or its description', { a: [0, { b: Symbol.iterator }] }],
    ['value["two words"].ключ is a function; send data only, or its name', { 'two words': { ключ: f } }],
    ['value[2] is a function; send data only, or its name', [1, 2, f]],
    ['value[100] is a function; send data only, or its name', [...new Array(100).fill(1), f]],
    ['value.extra is a function; send data only, or its name', Object.assign([1], { extra: f })],
    ['value.get("k") is a function; send data only, or its name', new Map([['k', f]])],
    [
      'value[key 1] is a function; send data only, or its name',
      new Map<unknown, number>([
        [0, 0],
        [f, 1],
      ]),
    ],
    ['value[value 0] is a function; send data only, or its name', new Map([[{}, f]])],
    ['value[item 1].x is a function; send data only, or its name', new Set([1, { x: f }])],
    ['value.cause.f is a function; send data only, or its name', new Error('e', { cause: { f } })],
    ['value.last[0] is a function; send data only, or its name', cycle],
    ['value.p is a Promise; await it first', { p: Promise.resolve() }],
    ['value.p is a Proxy; send a copy of what it stands for, such as { ...proxy }', { p: new Proxy({}, {}) }],
    ['value is a Proxy; send a copy of what it stands for, such as { ...proxy }', new Proxy([1, 2], {})],
    [`value.w is a WeakMap${dataOnly}`, { w: new WeakMap() }],
    [`value.w is a WeakSet${dataOnly}`, { w: new WeakSet() }],
    [`value.w is a WeakRef${dataOnly}`, { w: new WeakRef({}) }],
    [`value.g is a Generator${dataOnly}`, { g: (function* () {})() }],
    [`value.i is an Array Iterator${dataOnly}`, { i: [].values() }],
    [
      `value.a is an Arguments${dataOnly}`,
      {
        a: (function () {
          // biome-ignore lint/complexity/noArguments: the very thing to refuse
          return arguments
        })(),
      },
    ],
    ['value.view lies in memory that was transferred away; send it before, or copy it', { view: detached }],
    [
      'value.memory lies in memory that was transferred away; send it before, or copy it',
      { memory: detached.buffer },
    ],
  ]
  test.each(table)('%s', (message, value) => {
    expect(() => structuredClone(value)).toThrow()
    expect(() => encodeItem(value, where)).toThrow(ItemError)
    expect(() => encodeItem(value, where)).toThrow(new ItemError(`${where}: ${message}`))
  })

  test.each<[string, object]>([
    ['a Blob', new Blob(['text'])],
    ['a BlockList', new BlockList()],
    ['a KeyObject', createSecretKey(Buffer.from('secret'))],
  ])('objects of Node itself, though structuredClone takes them: %s', (kind, object) => {
    expect(() => encodeItem([{ object }], where)).toThrow(
      new ItemError(`${where}: value[0].object is ${kind}${dataOnly}`),
    )
  })

  test('memory shared with threads, which other processes cannot share', () => {
    expect(() => encodeItem([new SharedArrayBuffer(1)], where)).toThrow(
      new ItemError(`${where}: value[0] is a SharedArrayBuffer; send a typed array over it`),
    )
  })

  test('a getter that throws', () => {
    const value = {
      a: {
        get broken() {
          throw new Error('no value yet')
        },
      },
    }
    expect(() => encodeItem(value, where)).toThrow(
      new ItemError(`${where}: a part of value.a cannot be read: no value yet`),
    )
  })

  test('a chain too long for any stack', () => {
    let chain: unknown = null
    for (let i = 0; i < 200_000; i++) chain = { next: chain }
    expect(() => encodeItem(chain, where)).toThrow(
      `${where}: value is nested too deeply; send it flattened, as an array of its parts`,
    )
  })

  test('methods and other keys that structuredClone leaves out are left out', () => {
    expect(roundTrip(new Point())).toEqual({ x: 1 })
  })
})

describe('memory', () => {
  test.each(Object.entries(special()))('of %s is not that of the bytes', (_, value) => {
    const bytes = Uint8Array.from(encodeOften(value))
    const decoded = decodeItem(bytes)
    bytes.fill(0xff)
    expectSameGraph(decoded, structuredClone(value))
  })

  test('bytes stay as they are while others are encoded, and while the value changes', () => {
    const values = Object.values(special())
    const kept = values.map((value) => encodeItem(value, where))
    const copies = kept.map((bytes) => Uint8Array.from(bytes))
    for (const value of values) encodeItem(value, where)
    expect(kept.every((bytes, i) => Buffer.compare(bytes, copies[i]!) === 0)).toBe(true)
    const array = Float64Array.of(1)
    const bytes = encodeItem([array], where)
    array[0] = 2
    expect(decodeItem(bytes)).toEqual([Float64Array.of(1)])
  })

  test('bytes may lie at any address', () => {
    for (const value of Object.values(special())) {
      const bytes = encodeItem(value, where)
      const shifted = new Uint8Array(bytes.byteLength + 11).fill(0xaa)
      shifted.set(bytes, 3)
      expectSameGraph(decodeItem(shifted.subarray(3, 3 + bytes.byteLength)), structuredClone(value))
    }
  })

  test('decoding leaves the bytes object as it was', () => {
    const bytes = Uint8Array.from(encodeItem({ a: 1 }, where))
    decodeItem(bytes)
    expect(Object.keys(bytes)).toHaveLength(bytes.length)
  })
})

describe('bytes that nobody encoded', () => {
  // Without sparse arrays, whose slots V8 reserves, by the 100 MB, before it reads them: slow, but no error.
  const encoded = Object.entries(special())
    .filter(([name]) => !/hole|empty list twice/.test(name))
    .map(([, value]) => encodeOften(value))
    .filter((bytes) => bytes.length < 5000)

  /** A value or an MpiError; anything else escapes. */
  function decodeAnything(bytes: Uint8Array): void {
    try {
      decodeItem(bytes)
    } catch (error) {
      if (!(error instanceof MpiError)) throw error
    }
  }

  test('cut off anywhere', () => {
    for (const bytes of encoded)
      for (let length = 0; length < bytes.length; length += bytes.length > 500 ? 7 : 1)
        decodeAnything(Uint8Array.from(bytes.subarray(0, length)))
  })

  test('changed anywhere', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(fc.nat(encoded.length - 1), changes, (which, list) => {
        const bytes = Uint8Array.from(encoded[which]!)
        for (const [at, byte] of list) bytes[at % bytes.length] = byte
        decodeAnything(bytes)
      }),
      { numRuns: 5000 },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test('noise', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), decodeAnything), { numRuns: 2000 })
    const form = fc.constantFrom(...Object.values(Form))
    const noise = fc.tuple(form, fc.uint8Array({ maxLength: 64 }))
    fc.assert(
      fc.property(noise, ([first, rest]) => decodeAnything(Uint8Array.of(first, ...rest))),
      { numRuns: 2000 },
    )
  })

  test('noise behind good keys', () => {
    const form = fc.constantFrom(Form.DICTIONARY, Form.TABLE)
    fc.assert(
      fc.property(form, fc.uint8Array({ maxLength: 64 }), (first, rest) =>
        decodeAnything(Uint8Array.of(first, 0, 0, 0, 3, 0x61, 0, 0x62, ...rest)),
      ),
      { numRuns: 2000 },
    )
  })

  test.each<[string, number[]]>([
    ['nothing', []],
    ['no form', [0]],
    ['an unknown form', [200]],
    ['a number cut short', [Form.NUMBER, 1, 2]],
    ['a bigint without digits', [Form.BIGINT_POSITIVE]],
    ['half a character', [Form.UTF16, 1]],
    ['no UTF-8', [Form.UTF8, 0xff]],
    ['a list without a start', [Form.INT32_LIST, 0, 0, 0]],
    ['a list and a half', [Form.FLOAT64_LIST, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]],
    ['MessagePack of nothing', [Form.PLAIN]],
    ['a dictionary without a head', [Form.DICTIONARY, 0, 0]],
    ['a dictionary without values', [Form.DICTIONARY, 0, 0, 0, 1, 0x61]],
    ['a dictionary with endless keys', [Form.DICTIONARY, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ['a dictionary of one value and two keys', [Form.DICTIONARY, 0, 0, 0, 3, 0x61, 0, 0x62, 0x91, 1]],
    ['a dictionary of a number', [Form.DICTIONARY, 0, 0, 0, 1, 0x61, 1]],
    ['a dictionary of no UTF-8', [Form.DICTIONARY, 0, 0, 0, 1, 0xff, 0x91, 1]],
    ['a dictionary of 2000 keys', [Form.DICTIONARY, 0, 0, 7, 0xcf, ...new Array(1999).fill(0), 0x91, 1]],
    ['a dictionary of prototypes', [Form.DICTIONARY, 0, 0, 0, 9, ...Buffer.from('__proto__'), 0x91, 0x80]],
    ['a table of no list', [Form.TABLE, 0, 0, 0, 1, 0x61, 0xc0]],
    ['a table and a half', [Form.TABLE, 0, 0, 0, 3, 0x61, 0, 0x62, 0x93, 1, 2, 3]],
    ['MessagePack of 4 GiB', [Form.PLAIN, 0xdd, 0xff, 0xff, 0xff, 0xff, 1]],
    ['MessagePack of more', [Form.PLAIN, 1, 1]],
    ['MessagePack nested deeply', [Form.PLAIN, ...new Array(100_000).fill(0x91)]],
    ['a clone of nothing', [Form.CLONE]],
    ['a clone in an old format', [Form.CLONE, 0xff, 13, 0x30]],
    ['a clone in a later format', [Form.CLONE, 0xff, 127, 0x30]],
    ['a clone with a long string', [Form.CLONE, 0xff, 15, 0x22, 0xff, 0xff, 0xff, 0x7f, 1]],
    ['a clone with a long array', [Form.CLONE, 0xff, 15, 0x41, 0xff, 0xff, 0xff, 0x7f, 1]],
    ['an array of an unknown type', [Form.CLONE, 0xff, 15, 0x5c, 99, 0]],
    ['an array longer than the item', [Form.CLONE, 0xff, 15, 0x5c, 2, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x41]],
  ])('%s', (_, bytes) => {
    expect(() => decodeItem(Uint8Array.from(bytes))).toThrow(MpiError)
    expect(() => decodeItem(Uint8Array.from(bytes))).toThrow(
      /^an item of \d+ bytes cannot be decoded \(.+\); do all ranks run the same versions of tsmpi and Node\?$/s,
    )
  })

  test('keys cannot reach a prototype', () => {
    const packed = [Form.PLAIN, 0x81, 0xa9, ...Buffer.from('__proto__'), 0x81, 0xa1, 0x78, 1]
    decodeItem(Uint8Array.from(packed))
    const cloned = encodeItem(JSON.parse('{"__proto__": {"x": 1}}'), where)
    expect(Object.getPrototypeOf(decodeItem(cloned))).toBe(Object.prototype)
    expect(({} as { x?: number }).x).toBe(undefined)
  })
})

/** Any value that structuredClone takes, as a tree. */
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
)
const anyLeaf = fc.oneof(
  fc.double(),
  fc.integer(),
  anyText,
  fc.boolean(),
  fc.constantFrom(null, undefined, -0),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.date({ noInvalidDate: false }),
  fc.float64Array(),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.bigInt64Array(),
  anyText.map((message) => new TypeError(message)),
)
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'value' },
    { arbitrary: anyLeaf, weight: 4 },
    { arbitrary: fc.array(fc.oneof(fc.integer(), fc.double())), weight: 1 },
    { arbitrary: fc.array(tie('value')), weight: 2 },
    { arbitrary: fc.sparseArray(tie('value'), { maxNumElements: 4 }), weight: 1 },
    { arbitrary: fc.dictionary(anyText, tie('value')), weight: 3 },
    {
      arbitrary: fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new Map(entries)),
      weight: 1,
    },
    { arbitrary: fc.array(tie('value')).map((items) => new Set(items)), weight: 1 },
    {
      arbitrary: fc.tuple(anyText, tie('value')).map(([text, cause]) => new Error(text, { cause })),
      weight: 1,
    },
  ),
}))

/** What `f` returns, or nothing if it throws. */
function attempt<T>(f: () => T): [T?] {
  try {
    return [f()]
  } catch {
    return []
  }
}

/** Makes `target` part of `holder`, if that is something that holds parts. */
function link(holder: unknown, target: unknown): void {
  if (Array.isArray(holder)) holder.push(target)
  else if (holder instanceof Map) holder.set(target, holder.size)
  else if (holder instanceof Set) holder.add(target)
  else if (holder instanceof Error) holder.cause = target
  else if (
    typeof holder === 'object' &&
    holder !== null &&
    Object.getPrototypeOf(holder) === Object.prototype
  )
    (holder as Record<string, unknown>).link = target
}
