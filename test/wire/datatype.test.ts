import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import {
  ANY_TYPE,
  allocate,
  ctorOf,
  elementSize,
  ITEM,
  isRaw,
  type Raw,
  type TypedCtor,
  typeName,
  typeOf,
  typeOfCtor,
} from '../../src/wire/datatype.ts'

/** Codes are part of the wire format: this list may grow, and never change. */
const codes: [number, TypedCtor][] = [
  [1, Int8Array],
  [2, Uint8Array],
  [3, Uint8ClampedArray],
  [4, Int16Array],
  [5, Uint16Array],
  [6, Int32Array],
  [7, Uint32Array],
  [8, Float32Array],
  [9, Float64Array],
  [10, BigInt64Array],
  [11, BigUint64Array],
] as unknown as [number, TypedCtor][]

describe.each(codes)('type %i', (code, ctor) => {
  test('leads from constructor and array to code and back', () => {
    const array = new ctor(3)
    expect(isRaw(array)).toBe(true)
    expect(typeOf(array)).toBe(code)
    expect(typeOfCtor(ctor)).toBe(code)
    expect(ctorOf(code)).toBe(ctor)
    expect(typeName(code)).toBe(ctor.name)
    expect(elementSize(code)).toBe(ctor.BYTES_PER_ELEMENT)
    expect(allocate(code, 3)).toEqual(array)
  })
})

test('a Buffer is a Uint8Array, and so is an array of another realm', () => {
  expect(typeOf(Buffer.alloc(1))).toBe(2)
  const foreign = runInNewContext('new Float64Array(2)') as Raw
  expect(isRaw(foreign)).toBe(true)
  expect(typeOf(foreign)).toBe(9)
})

test('what does not travel raw', () => {
  const spoofed = { [Symbol.toStringTag]: 'Float64Array' }
  for (const value of [
    null,
    undefined,
    1,
    [1],
    new ArrayBuffer(8),
    new DataView(new ArrayBuffer(8)),
    spoofed,
  ])
    expect(isRaw(value)).toBe(false)
  for (const ctor of [Array, DataView, ArrayBuffer, null, 'Float64Array'])
    expect(typeOfCtor(ctor)).toBe(undefined)
})

test('items and unknown codes have no constructor', () => {
  expect([ctorOf(ITEM), ctorOf(ANY_TYPE), ctorOf(77)]).toEqual([null, null, null])
  expect([typeName(ITEM), typeName(ANY_TYPE)]).toEqual(['item', 'any type'])
  expect(elementSize(ITEM)).toBe(1)
  expect(() => allocate(ITEM, 1)).toThrow(TypeError)
})
