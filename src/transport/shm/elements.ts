/**
 * Copies between typed arrays and the segment, by element type.
 *
 * Up to some elements a plain loop is faster than `set`, and far faster than making the view that `set` needs to
 * read from the segment (60 ns). Each type has lines of its own, so that each is compiled for one kind of array:
 * one loop for all of them would take forty times as long. Types whose elements would change or be allocated on
 * their way through a variable (a signalling NaN of Float32, a bigint) always go through `set`.
 */

import { ctorOf, elementSize, ITEM, type Raw, type TypeCode, typeOfCtor } from '../../wire/datatype.ts'
import type { Segment } from './segment.ts'

// What typeOfCtor finds, as constants that the compiler sees.
const I8 = 1
const U8 = 2
const C8 = 3
const I16 = 4
const U16 = 5
const I32 = 6
const U32 = 7
const F32 = 8
const F64 = 9
const I64 = 10
const U64 = 11

for (const [code, ctor] of [[I8, Int8Array], [U8, Uint8Array], [C8, Uint8ClampedArray], [I16, Int16Array],
  [U16, Uint16Array], [I32, Int32Array], [U32, Uint32Array], [F32, Float32Array], [F64, Float64Array],
  [I64, BigInt64Array], [U64, BigUint64Array]] as const) // biome-ignore format: a table
  if (typeOfCtor(ctor) !== code) throw new Error(`the code of ${ctor.name} has changed`)

/** Longest loop, in elements, on the way in and on the way out, where `set` needs a view first. */
const LOOP_IN = 8
const LOOP_OUT = 24

/** Length in bytes of an array of this type. */
export function byteLength(type: TypeCode, array: Raw): number {
  switch (type) {
    case F64:
      return (array as Float64Array).length << 3
    case I32:
      return (array as Int32Array).length << 2
    case ITEM:
    case U8:
      return (array as Uint8Array).length
    default:
      return array.byteLength
  }
}

/** Copies `array` to the segment at `at`, aligned to 8 bytes. */
export function copyIn(segment: Segment, at: number, type: TypeCode, array: Raw): void {
  switch (type) {
    case F64: {
      const from = array as Float64Array
      const to = segment.f64
      const start = at >>> 3
      if (from.length > LOOP_IN) return to.set(from, start)
      for (let i = 0; i < from.length; i++) to[start + i] = from[i]!
      return
    }
    case ITEM:
    case U8: {
      const from = array as Uint8Array
      const to = segment.u8
      if (from.length > LOOP_IN) return to.set(from, at)
      for (let i = 0; i < from.length; i++) to[at + i] = from[i]!
      return
    }
    case I32: {
      const from = array as Int32Array
      const to = segment.words
      const start = at >>> 2
      if (from.length > LOOP_IN) return to.set(from, start)
      for (let i = 0; i < from.length; i++) to[start + i] = from[i]!
      return
    }
    case F32:
      return segment.f32.set(array as Float32Array, at >>> 2)
    case U32:
      return segment.u32.set(array as Uint32Array, at >>> 2)
    case I8:
      return segment.i8.set(array as Int8Array, at)
    case C8:
      return segment.c8.set(array as Uint8ClampedArray, at)
    case I16:
      return segment.i16.set(array as Int16Array, at >>> 1)
    case U16:
      return segment.u16.set(array as Uint16Array, at >>> 1)
    case I64:
      return segment.i64.set(array as BigInt64Array, at >>> 3)
    case U64:
      return segment.u64.set(array as BigUint64Array, at >>> 3)
  }
}

/** Copies `bytes` of the segment from `at` on to the beginning of `array`. */
export function copyOut(segment: Segment, at: number, type: TypeCode, bytes: number, array: Raw): void {
  switch (type) {
    case F64: {
      const count = bytes >>> 3
      if (count > LOOP_OUT) break
      const to = array as Float64Array
      const from = segment.f64
      const start = at >>> 3
      for (let i = 0; i < count; i++) to[i] = from[start + i]!
      return
    }
    case ITEM:
    case U8: {
      if (bytes > LOOP_OUT) break
      const to = array as Uint8Array
      const from = segment.u8
      for (let i = 0; i < bytes; i++) to[i] = from[at + i]!
      return
    }
    case I32: {
      const count = bytes >>> 2
      if (count > LOOP_OUT) break
      const to = array as Int32Array
      const from = segment.words
      const start = at >>> 2
      for (let i = 0; i < count; i++) to[i] = from[start + i]!
      return
    }
  }
  const from = arrayAt(segment, at, type, bytes)
  ;(array as Uint8Array).set(from as Uint8Array)
}

/** A new array of `bytes` of the segment from `at` on. */
export function copyNew(segment: Segment, at: number, type: TypeCode, bytes: number): Raw {
  const ctor = ctorOf(type) ?? Uint8Array
  const array = new ctor(bytes / elementSize(type)) as Raw
  copyOut(segment, at, type, bytes, array)
  return array
}

function arrayAt(segment: Segment, at: number, type: TypeCode, bytes: number): Raw {
  const buffer = segment.u8.buffer
  if (type === F64) return new Float64Array(buffer, at, bytes >>> 3)
  const ctor = ctorOf(type) ?? Uint8Array
  return new ctor(buffer, at, bytes / elementSize(type)) as Raw
}
