import { describe, expect, test } from 'vitest'
import * as builtIn from '../../src/comm/op/built-in.ts'
import {
  BAND,
  BOR,
  BXOR,
  LAND,
  LOR,
  LXOR,
  MAX,
  MAXLOC,
  MIN,
  MINLOC,
  PROD,
  SUM,
} from '../../src/comm/op/built-in.ts'
import { OpCode, opName } from '../../src/comm/op/code.ts'
import { createOp, toOp } from '../../src/comm/op/user.ts'
import type { Op } from '../../src/comm/op.ts'
import { InvariantError, OpError } from '../../src/errors.ts'
import type { Raw, TypedCtor } from '../../src/wire/datatype.ts'

const where = 'allreduce on world, rank 1 of 4'
const big = (n: number | bigint) => BigInt(n)

/** The elements of an array of any type. */
const list = (array: Raw) => Array.from(array as ArrayLike<number | bigint>)

/** Element values that overflow, wrap, clamp or are special, for each type. */
const samples: [TypedCtor, (number | bigint)[]][] = [
  [Int8Array, [0, 1, 2, -1, 127, -128, 100, -3]],
  [Uint8Array, [0, 1, 2, 255, 128, 200, 3]],
  [Uint8ClampedArray, [0, 1, 2, 255, 128, 200, 3]],
  [Int16Array, [0, 1, -1, 32767, -32768, 181, 300]],
  [Uint16Array, [0, 1, 65535, 256, 32768, 1000]],
  [Int32Array, [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 123456789, -987654321]],
  [Uint32Array, [0, 1, 2 ** 32 - 1, 2 ** 31, 4123456789, 65537]],
  [Float32Array, [0, -0, 1, -1.5, 0.1, 3e38, 1e-40, Infinity, -Infinity, NaN]],
  [Float64Array, [0, -0, 1, -1.5, 0.1, 1e308, 5e-324, Infinity, -Infinity, NaN]],
  [BigInt64Array, [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 3037000500n, -7n]],
  [BigUint64Array, [0n, 1n, 2n ** 64n - 1n, 2n ** 63n, 4294967296n, 7n]],
] as unknown as [TypedCtor, (number | bigint)[]][]

const isLess = (a: bigint, b: bigint) => a < b

/** The exact integer result, or the double one, before it is stored into the element type. */
const exact: Record<string, { integer(a: bigint, b: bigint): bigint; float(a: number, b: number): number }> =
  {
    SUM: { integer: (a, b) => a + b, float: (a, b) => a + b },
    PROD: { integer: (a, b) => a * b, float: (a, b) => a * b },
    MAX: { integer: (a, b) => (isLess(a, b) ? b : a), float: (a, b) => Math.max(a, b) },
    MIN: { integer: (a, b) => (isLess(a, b) ? a : b), float: (a, b) => Math.min(a, b) },
    LAND: { integer: (a, b) => (a && b ? 1n : 0n), float: (a, b) => (a && b ? 1 : 0) },
    LOR: { integer: (a, b) => (a || b ? 1n : 0n), float: (a, b) => (a || b ? 1 : 0) },
    LXOR: { integer: (a, b) => (!a !== !b ? 1n : 0n), float: (a, b) => (!a !== !b ? 1 : 0) },
    BAND: { integer: (a, b) => a & b, float: () => NaN },
    BOR: { integer: (a, b) => a | b, float: () => NaN },
    BXOR: { integer: (a, b) => a ^ b, float: () => NaN },
  }

/** The element a naive loop would store. */
function reference(op: string, ctor: TypedCtor, a: number | bigint, b: number | bigint): number | bigint {
  const { integer, float } = exact[op]!
  if (ctor.name.startsWith('Float')) {
    const result = float(a as number, b as number)
    return ctor.name === 'Float32Array' ? Math.fround(result) : result
  }
  const result = integer(big(a), big(b))
  if (ctor.name === 'Uint8ClampedArray') return Number(result > 255n ? 255n : result)
  const bits = ctor.BYTES_PER_ELEMENT * 8
  const wrapped = ctor.name.includes('Uint') ? BigInt.asUintN(bits, result) : BigInt.asIntN(bits, result)
  return ctor.name.startsWith('Big') ? wrapped : Number(wrapped)
}

/** Every pair of the sample values, as two arrays; 3 more so that the length is no multiple of 4. */
function pairs(ctor: TypedCtor, values: (number | bigint)[]): { low: Raw; high: Raw } {
  const low = values.flatMap((a) => values.map(() => a)).concat(values.slice(0, 3))
  const high = values.flatMap(() => values).concat(values.slice(1, 4))
  const from = (elements: (number | bigint)[]) => {
    const array = new ctor(elements.length)
    for (const [i, value] of elements.entries()) array[i] = value as never
    return array
  }
  return { low: from(low), high: from(high) }
}

const elementOps = [SUM, PROD, MAX, MIN, LAND, LOR, LXOR, BAND, BOR, BXOR]
const bitOps = [BAND, BOR, BXOR]

describe.each(elementOps.map((op) => [op.name, op] as const))('%s of typed arrays', (name, op) => {
  const takesFloats = !bitOps.includes(op)
  const types = samples.filter(([ctor]) => takesFloats || !ctor.name.startsWith('Float'))

  test.each(types.map(([ctor, values]) => [ctor.name, ctor, values] as const))('%s', (_, ctor, values) => {
    const { low, high } = pairs(ctor, values)
    const expected = list(low).map((a, i) => reference(name, ctor, a, list(high)[i]!))
    op.check(low, where)
    const out = new ctor(low.length)
    op.combineArrays(low, high, out)
    expect(list(out)).toEqual(expected)
    expect(op.combineValues(low, high)).toEqual(out)
  })

  test('out may be either operand', () => {
    const a = Int32Array.of(1, 0, -7, 12, 5)
    const b = Int32Array.of(3, 4, 2, 0, -1)
    const out = new Int32Array(5)
    op.combineArrays(a, b, out)
    const intoLow = a.slice()
    op.combineArrays(intoLow, b, intoLow)
    const intoHigh = b.slice()
    op.combineArrays(a, intoHigh, intoHigh)
    expect(intoLow).toEqual(out)
    expect(intoHigh).toEqual(out)
  })

  test('empty arrays and Buffers', () => {
    op.combineArrays(new Int8Array(), new Int8Array(), new Int8Array())
    const out = Buffer.alloc(1)
    op.combineArrays(Buffer.of(6), Buffer.of(3), out)
    expect(out[0]).toBe(reference(name, Uint8Array as unknown as TypedCtor, 6, 3))
  })

  test('unequal lengths are a defect of the caller', () => {
    expect(() => op.combineArrays(new Int8Array(2), new Int8Array(3), new Int8Array(2))).toThrow(
      InvariantError,
    )
  })
})

describe('single values', () => {
  const table: [Op, unknown, unknown, unknown][] = [
    [SUM, 0.1, 0.2, 0.1 + 0.2],
    [SUM, 2n ** 70n, 1n, 2n ** 70n + 1n],
    [PROD, -3, 0.5, -1.5],
    [PROD, 2n ** 40n, 2n ** 40n, 2n ** 80n],
    [MAX, 1, NaN, NaN],
    [MAX, NaN, 1, NaN],
    [MAX, -0, 0, 0],
    [MAX, 0, -0, 0],
    [MAX, 3n, -4n, 3n],
    [MIN, -0, 0, -0],
    [MIN, 0, -0, -0],
    [MIN, NaN, -Infinity, NaN],
    [MIN, 3n, -4n, -4n],
    [LAND, true, false, false],
    [LAND, 5, -2, 1],
    [LAND, NaN, 1, 0],
    [LOR, 0, -0, 0],
    [LOR, false, true, true],
    [LOR, 0n, 7n, 1n],
    [LXOR, true, true, false],
    [LXOR, 5, 7, 0],
    [LXOR, 0n, 7n, 1n],
    [BAND, 0b1100, 0b1010, 0b1000],
    [BAND, -1, 7, 7],
    [BAND, 0xf000_0000, 0xff00_0000, 0xf000_0000],
    [BAND, -1n, 2n ** 90n, 2n ** 90n],
    [BOR, 0x8000_0000, 1, 0x8000_0001],
    [BOR, -8, 1, -7],
    [BXOR, -1, -2, 1],
    [BXOR, 0xffff_ffff, 1, 0xffff_fffe],
    [BXOR, 6n, 3n, 5n],
  ]
  test.each(table.map(([op, a, b, c]) => [op.name, a, b, c, op] as const))(
    '%s of %s and %s is %s',
    (_, a, b, c, op) => {
      op.check(a, where)
      op.check(b, where)
      expect(op.combineValues(a, b)).toBe(c)
    },
  )

  test.each(elementOps.map((op) => [op.name, op] as const))(
    '%s of a number and a bigint is refused',
    (_, op) => {
      expect(() => op.combineValues(1, 1n)).toThrow(OpError)
      expect(() => op.combineValues(1n, 1)).toThrow(
        `${op.name} got a bigint on one rank and a number on another; pass values of one type on all ranks, as by Number(x) or BigInt(x)`,
      )
    },
  )

  test('a number and an array, and arrays of two types, are refused', () => {
    expect(() => SUM.combineValues(1, new Float64Array(1))).toThrow(
      'SUM got a number on one rank and a Float64Array on another; pass values of one type on all ranks',
    )
    expect(() => SUM.combineValues(new Int32Array(1), new Float64Array(1))).toThrow(OpError)
    expect(() => LAND.combineValues(1, true)).toThrow(OpError)
  })

  test('int32 on one rank and uint32 on another have no common answer', () => {
    expect(() => BOR.combineValues(-1, 0x8000_0000)).toThrow(
      'BOR got -1 on one rank and 2147483648 on another, of which one is no int32 and the other no uint32; pass x >>> 0 (or x | 0) on all ranks',
    )
  })
})

describe('MAXLOC and MINLOC', () => {
  const at = (value: number | bigint, index: number) => ({ value, index })
  const table: [Op, object, object, 'low' | 'high'][] = [
    [MAXLOC, at(1, 0), at(2, 1), 'high'],
    [MAXLOC, at(2, 0), at(1, 1), 'low'],
    [MAXLOC, at(2, 5), at(2, 1), 'high'],
    [MAXLOC, at(2, 1), at(2, 5), 'low'],
    [MAXLOC, at(2, 1), at(2, 1), 'low'],
    [MAXLOC, at(NaN, 1), at(Infinity, 0), 'low'],
    [MAXLOC, at(Infinity, 0), at(NaN, 1), 'high'],
    [MAXLOC, at(NaN, 3), at(NaN, 1), 'high'],
    [MAXLOC, at(-0, 0), at(0, 1), 'high'],
    [MAXLOC, at(2n ** 80n, 0), at(2n ** 81n, 1), 'high'],
    [MINLOC, at(1, 0), at(2, 1), 'low'],
    [MINLOC, at(2, 0), at(1, 1), 'high'],
    [MINLOC, at(2, 5), at(2, 1), 'high'],
    [MINLOC, at(NaN, 1), at(-Infinity, 0), 'low'],
    [MINLOC, at(-Infinity, 0), at(NaN, 1), 'high'],
    [MINLOC, at(NaN, 1), at(NaN, 3), 'low'],
    [MINLOC, at(0, 0), at(-0, 1), 'high'],
    [MINLOC, at(-5n, 7), at(-5n, 9), 'low'],
  ]
  test.each(table.map(([op, a, b, winner]) => [op.name, a, b, winner, op] as const))(
    '%s of %o and %o is the %s one',
    (_, a, b, winner, op) => {
      op.check(a, where)
      expect(op.combineValues(a, b)).toBe(winner === 'low' ? a : b)
    },
  )

  test('other properties come along', () => {
    const best = { value: 9, index: 3, parameters: [1, 2] }
    expect(MAXLOC.combineValues({ value: 1, index: 0 }, best)).toBe(best)
  })

  test.each([
    [3, 'a number'],
    [[3, 0], 'a plain array'],
    [new Float64Array(2), 'a Float64Array'],
    [{ value: 3 }, 'an object'],
    [{ value: '3', index: 0 }, 'an object'],
    [{ value: 3, index: 0.5 }, 'an object'],
    [null, 'null'],
  ])('%o is refused', (value, kind) => {
    const message = `MAXLOC takes { value, index }, of a number or bigint and an integer, but got ${kind}; pass { value: x, index: comm.rank }`
    expect(() => MAXLOC.check(value, where)).toThrow(`${where}: ${message}`)
    expect(() => MAXLOC.combineValues(at(1, 0), value)).toThrow(message)
  })

  test('number and bigint values, and arrays, are refused', () => {
    expect(() => MINLOC.combineValues(at(1, 0), at(1n, 1))).toThrow(
      'MINLOC got a number as value on one rank and a bigint on another; convert them on all ranks with Number(x), or with BigInt(x)',
    )
    expect(() => MINLOC.combineArrays(new Int8Array(), new Int8Array(), new Int8Array())).toThrow(OpError)
  })
})

describe('what an op does not take', () => {
  const orCreateOp = 'use createOp((a, b) => c) to combine such values'
  const table: [Op, unknown, string][] = [
    [
      SUM,
      [1, 2],
      'SUM does not take a plain array; pass Float64Array.from(values) to combine element by element, or use createOp((a, b) => c) to combine whole arrays',
    ],
    [
      MAX,
      [],
      'MAX does not take a plain array; pass Float64Array.from(values) to combine element by element, or use createOp((a, b) => c) to combine whole arrays',
    ],
    [
      LAND,
      [true],
      'LAND does not take a plain array; pass Uint8Array.from(flags) to combine element by element, or use createOp((a, b) => c) to combine whole arrays',
    ],
    [
      BAND,
      [1],
      'BAND does not take a plain array; pass Int32Array.from(values) to combine element by element, or use createOp((a, b) => c) to combine whole arrays',
    ],
    [SUM, 'text', `SUM does not take a string; ${orCreateOp}`],
    [SUM, { x: 1 }, `SUM does not take an object; ${orCreateOp}`],
    [SUM, new Map(), `SUM does not take a Map; ${orCreateOp}`],
    [SUM, new DataView(new ArrayBuffer(8)), `SUM does not take a DataView; ${orCreateOp}`],
    [SUM, undefined, `SUM does not take undefined; ${orCreateOp}`],
    [SUM, null, `SUM does not take null; ${orCreateOp}`],
    [SUM, Promise.resolve(1), 'SUM does not take a Promise; await it first'],
    [SUM, true, 'SUM does not take a boolean; pass Number(flag), or use LAND, LOR or LXOR'],
    [BXOR, true, 'BXOR does not take a boolean; use LXOR, which does'],
    [
      BAND,
      1.5,
      'BAND takes integers of 32 bits, signed or unsigned, but got 1.5; for wider ones pass BigInt(x)',
    ],
    [
      BAND,
      2 ** 32,
      'BAND takes integers of 32 bits, signed or unsigned, but got 4294967296; for wider ones pass BigInt(x)',
    ],
    [
      BAND,
      -(2 ** 31) - 1,
      'BAND takes integers of 32 bits, signed or unsigned, but got -2147483649; for wider ones pass BigInt(x)',
    ],
    [
      BAND,
      NaN,
      'BAND takes integers of 32 bits, signed or unsigned, but got NaN; for wider ones pass BigInt(x)',
    ],
    [
      BOR,
      new Float64Array(1),
      'BOR does not take a Float64Array; pass an integer array, such as Int32Array.from(values)',
    ],
    [
      BOR,
      new Float32Array(1),
      'BOR does not take a Float32Array; pass an integer array, such as Int32Array.from(values)',
    ],
  ]
  test.each(table.map(([op, value, message]) => [op.name, value, message, op] as const))(
    '%s of %o',
    (_, value, message, op) => {
      expect(() => op.check(value, where)).toThrow(new OpError(`${where}: ${message}`))
      expect(() => op.combineValues(value, value)).toThrow()
    },
  )

  test('bit kernels of float arrays are never made', () => {
    expect(() => BAND.combineArrays(new Float64Array(1), new Float64Array(1), new Float64Array(1))).toThrow(
      OpError,
    )
  })

  test('the ends of both 32-bit ranges are in', () => {
    for (const value of [-(2 ** 31), 2 ** 31 - 1, 2 ** 32 - 1, 0, -0]) BAND.check(value, where)
  })
})

describe('codes and names', () => {
  test('built-in ops have the codes 1 to 12 and are commutative', () => {
    const ops = Object.values(builtIn)
    expect(ops.map((op) => op.code).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    for (const op of ops) {
      expect(op.commutative).toBe(true)
      expect(op.elementwise).toBe(!op.name.endsWith('LOC'))
      expect(opName(op.code)).toBe(op.name)
      expect(op.code).toBe(OpCode[op.name as keyof typeof OpCode])
    }
  })

  test('user functions are told apart by their properties only', () => {
    const f = (a: number) => a
    const codes = [{}, { commutative: true }, { elementwise: true }, { commutative: true, elementwise: true }]
    expect(codes.map((options) => createOp(f, options).code)).toEqual([64, 65, 66, 67])
    expect([64, 65, 66, 67].map(opName)).toEqual([
      'user function',
      'commutative user function',
      'elementwise user function',
      'commutative elementwise user function',
    ])
    expect([0, 13, 63, 68].map(opName)).toEqual([
      'unknown op 0',
      'unknown op 13',
      'unknown op 63',
      'unknown op 68',
    ])
  })
})

describe('user functions', () => {
  const place = (): string => where

  test('toOp leaves ops alone and takes a bare function for whole values, in order', () => {
    expect(toOp(SUM, place)).toBe(SUM)
    const op = toOp(function joined(a: string, b: string) {
      return a + b
    }, place)
    expect(op).toMatchObject({ name: 'joined', commutative: false, elementwise: false, code: 64 })
    expect(op.combineValues('a', 'b')).toBe('ab')
    op.check({ any: ['value'] }, where)
    expect(() => op.combineArrays(new Int8Array(1), new Int8Array(1), new Int8Array(1))).toThrow(
      InvariantError,
    )
  })

  test('what is neither op nor function is refused', () => {
    for (const [value, kind] of [
      [undefined, 'undefined'],
      ['sum', 'a string'],
      [{}, 'an object'],
    ])
      expect(() => toOp(value as never, place)).toThrow(
        `expected an operation such as SUM or MAX, or a function (a, b) => c, but got ${kind}`,
      )
    expect(() => createOp(SUM as never)).toThrow(
      'createOp: expected a function (a, b) => c, but got an object',
    )
  })

  test('elementwise functions get elements, of each type', () => {
    const op = createOp((a: number, b: number) => Math.hypot(a, b), { elementwise: true })
    const out = new Float64Array(2)
    op.combineArrays(Float64Array.of(3, 5), Float64Array.of(4, 12), out)
    expect(out).toEqual(Float64Array.of(5, 13))
    const integers = Int16Array.of(3, 5)
    op.combineArrays(integers, Int16Array.of(4, 12), integers)
    expect(integers).toEqual(Int16Array.of(5, 13))
    expect(op.combineValues(3, 4)).toBe(5)

    const gcd = createOp((a: bigint, b: bigint): bigint => (b === 0n ? a : b === 1n ? 1n : a % b), {
      elementwise: true,
    })
    const bigints = new BigInt64Array(1)
    gcd.combineArrays(BigInt64Array.of(17n), BigInt64Array.of(5n), bigints)
    expect(bigints).toEqual(BigInt64Array.of(2n))

    const greater = createOp((a: number, b: number) => (a > b) as never, { elementwise: true })
    greater.combineArrays(integers, Int16Array.of(6, 6), integers)
    expect(integers).toEqual(Int16Array.of(0, 1))
  })

  test('elementwise functions take arrays of elements and single elements', () => {
    const op = createOp((a: number, b: number) => a + b, { elementwise: true })
    for (const value of [1, 1n, true, new Float32Array(1)]) op.check(value, where)
    expect(() => op.check([1, 2], where)).toThrow(
      `${where}: anonymous function does not take a plain array; pass Float64Array.from(values) to combine element by element, or leave out \`elementwise\` to combine whole arrays`,
    )
    expect(() => op.check('x', where)).toThrow(
      `${where}: anonymous function does not take a string; leave out \`elementwise\` to combine such values`,
    )
  })

  test('a forgotten return is an error, not NaN', () => {
    const forgets = createOp(
      function forgets(): number {
        return undefined as never
      },
      { elementwise: true },
    )
    const array = new Float64Array(3)
    expect(() => forgets.combineArrays(array, array, array)).toThrow(
      new OpError(
        'the reduction function forgets returned undefined for element 0 of a Float64Array; it must return a number',
      ),
    )
    expect(() =>
      forgets.combineArrays(new BigInt64Array(1), new BigInt64Array(1), new BigInt64Array(1)),
    ).toThrow('it must return a bigint')
    expect(() => forgets.combineValues(1, 2)).toThrow(
      new OpError('the reduction function forgets returned undefined; it must return the combined value'),
    )
    expect(toOp((a: unknown, b: unknown) => a ?? b, place).combineValues(undefined, undefined)).toBe(
      undefined,
    )
  })

  test('an async function is an error', () => {
    const slow = toOp(async function slow() {}, place)
    expect(() => slow.combineValues(1, 2)).toThrow(
      new OpError('the reduction function slow returned a Promise; it cannot be async'),
    )
  })

  test('errors of the function itself come through', () => {
    const fails = toOp(() => {
      throw new RangeError('mine')
    }, place)
    expect(() => fails.combineValues(1, 2)).toThrow(RangeError)
  })
})
