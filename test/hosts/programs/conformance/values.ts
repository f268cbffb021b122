/** What ranks bring in, and plain loops that say what must come of it. */

import type { Raw, TypedCtor } from 'tsmpi'

export const CTORS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
] as unknown as readonly TypedCtor<Raw>[]

export function ranksOf(size: number): number[] {
  return Array.from({ length: size }, (_, rank) => rank)
}

/** Values repeat, so that what must come of a long array is known from its beginning. */
const PERIOD = 7

/** Small integers, different from rank to rank and place to place, which every type holds and every order adds up. */
export function valuesOf(ctor: TypedCtor<Raw>, rank: number, length: number): Raw {
  const numbers = Array.from({ length: PERIOD }, (_, i) => ((rank * 5 + i * 3) % PERIOD) + 1)
  return repeated(ctor, ctor.name.startsWith('Big') ? numbers.map(BigInt) : numbers, length)
}

function repeated(ctor: TypedCtor<Raw>, values: readonly (number | bigint)[], length: number): Raw {
  const array = new ctor(length) as Float64Array
  array.set(values.slice(0, length) as number[])
  for (let filled = PERIOD; filled < length; filled *= 2) array.copyWithin(filled, 0, filled)
  return array as Raw
}

export function concat(ctor: TypedCtor<Raw>, arrays: readonly Raw[]): Raw {
  const all = new ctor(arrays.reduce((length, array) => length + array.length, 0))
  let at = 0
  for (const array of arrays) {
    ;(all as Float64Array).set(array as Float64Array, at)
    at += array.length
  }
  return all
}

type Numeric = number | bigint

/** Element by element, from the lowest rank on, of arrays that `valuesOf` has made. */
export function folded(arrays: readonly Raw[], op: (a: Numeric, b: Numeric) => Numeric): Raw {
  const [first, ...others] = arrays.map((array) => Array.from(array.subarray(0, PERIOD) as Iterable<Numeric>))
  const ctor = arrays[0]!.constructor as TypedCtor<Raw>
  const result = first!.map((value, i) => others.reduce((all, other) => op(all, other[i]!), value))
  return repeated(ctor, result, arrays[0]!.length)
}
