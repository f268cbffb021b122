/** What the tests of layouts share: random layouts, and the same done the slow and obvious way. */

import fc from 'fast-check'
import type { Raw, TypedCtor } from '../../../src/wire/datatype.ts'
import { indexed, subarray, vector } from '../../../src/wire/layout/make.ts'
import type { Strided } from '../../../src/wire/layout/nd-view.ts'
import { elementTypes, pattern } from '../../comm/tools.ts'

/** A layout or ndarray-like, and the places that it must stand for, one by one. */
export interface Sample {
  readonly given: Strided
  readonly data: Raw
  readonly places: readonly number[]
}

const anyType = fc.constantFrom(...elementTypes)
const small = fc.nat({ max: 5 })

/** The places of nested loops, the last one fastest. */
export function nested(offset: number, shape: readonly number[], strides: readonly number[]): number[] {
  let places = [offset]
  shape.forEach((n, dim) => {
    places = places.flatMap((place) => Array.from({ length: n }, (_, i) => place + i * strides[dim]!))
  })
  return places
}

function dataFor(ctor: TypedCtor, places: readonly number[], spare: number): Raw {
  return pattern(places.reduce((most, place) => Math.max(most, place + 1), 0) + spare, 7, ctor)
}

export const vectors: fc.Arbitrary<Sample> = fc
  .record({
    ctor: anyType,
    count: fc.nat({ max: 70 }),
    blockLength: fc.oneof(small, fc.nat({ max: 70 })),
    stride: fc.integer({ min: -80, max: 80 }),
    offset: small,
    spare: small,
  })
  .map(({ ctor, count, blockLength, stride, offset, spare }) => {
    const start = offset + Math.max(0, -stride * (count - 1))
    const places = nested(start, [count, blockLength], [stride, 1])
    const data = dataFor(ctor, places, spare)
    return { data, places, given: vector(data, { count, blockLength, stride, offset: start }) }
  })

export const lists: fc.Arbitrary<Sample> = fc
  .record({
    ctor: anyType,
    blocks: fc.array(fc.tuple(fc.nat({ max: 200 }), fc.oneof(small, fc.nat({ max: 50 }))), { maxLength: 20 }),
    same: fc.option(small),
    spare: small,
  })
  .map(({ ctor, blocks, same, spare }) => {
    const displs = blocks.map(([displ]) => displ)
    const lengths = blocks.map(([, length]) => same ?? length)
    const places = displs.flatMap((displ, i) => Array.from({ length: lengths[i]! }, (_, k) => displ + k))
    const data = dataFor(ctor, places, spare)
    return { data, places, given: indexed(data, { displs, blockLengths: same ?? lengths }) }
  })

export const parts: fc.Arbitrary<Sample> = fc
  .record({
    ctor: anyType,
    dims: fc.array(fc.tuple(small, fc.nat({ max: 9 }), small), { maxLength: 4 }),
    spare: small,
  })
  .map(({ ctor, dims, spare }) => {
    const starts = dims.map(([start]) => start)
    const subsizes = dims.map(([, subsize]) => subsize)
    const sizes = dims.map(([start, subsize, end]) => start + subsize + end)
    const strides = sizes.map((_, dim) => sizes.slice(dim + 1).reduce((a, b) => a * b, 1))
    const offset = starts.reduce((sum, start, dim) => sum + start * strides[dim]!, 0)
    const data = pattern(sizes.reduce((a, b) => a * b, 1) + spare, 7, ctor)
    return {
      data,
      places: nested(offset, subsizes, strides),
      given: subarray(data, { sizes, subsizes, starts }),
    }
  })

/** ndarray-likes with any strides: negative, 0, and such that elements lie among each other. */
export const views: fc.Arbitrary<Sample> = fc
  .record({
    ctor: anyType,
    dims: fc.array(fc.tuple(fc.nat({ max: 7 }), fc.integer({ min: -20, max: 20 })), { maxLength: 4 }),
    plural: fc.boolean(),
    offset: small,
    spare: small,
  })
  .map(({ ctor, dims, plural, offset, spare }) => {
    const shape = dims.map(([n]) => n)
    const strides = dims.map(([, stride]) => stride)
    const start = dims.reduce((sum, [n, stride]) => sum + Math.max(0, -stride * (n - 1)), offset)
    const places = nested(start, shape, strides)
    const data = dataFor(ctor, places, spare)
    const given = { data, shape, offset: start, ...(plural ? { strides } : { stride: strides }) }
    return { data, places, given: given as Strided }
  })

/** Views of a matrix in another order of its axes, some turned round: large enough for copies by strips. */
export const matrices: fc.Arbitrary<Sample> = fc
  .record({
    ctor: anyType,
    rows: fc.nat({ max: 90 }),
    cols: fc.nat({ max: 90 }),
    transposed: fc.boolean(),
    upsideDown: fc.boolean(),
    mirrored: fc.boolean(),
    gap: small,
  })
  .map(({ ctor, rows, cols, transposed, upsideDown, mirrored, gap }) => {
    const width = cols + gap
    const dims = [
      { n: rows, stride: upsideDown ? -width : width },
      { n: cols, stride: mirrored ? -1 : 1 },
    ]
    if (transposed) dims.reverse()
    const offset = (upsideDown ? width * Math.max(0, rows - 1) : 0) + (mirrored ? Math.max(0, cols - 1) : 0)
    const shape = dims.map(({ n }) => n)
    const stride = dims.map(({ stride }) => stride)
    const data = pattern(Math.max(offset + 1, rows * width), 7, ctor)
    return { data, places: nested(offset, shape, stride), given: { data, shape, stride, offset } }
  })

/** Of any kind; a failing test shows the places only. */
export const samples: fc.Arbitrary<Sample> = fc
  .oneof(vectors, lists, parts, views, matrices)
  .map((sample) => ({ ...sample, [fc.toStringMethod]: () => shown(sample) }))

function shown({ data, places }: Sample): string {
  return `${data.constructor.name}(${data.length}) at [${places.join(', ')}]`
}

/** The elements of a sample, one by one. */
export function picked({ data, places }: Sample): Raw {
  const packed = pattern(places.length, 0, ctorOf(data))
  places.forEach((place, i) => {
    copyElement(packed, i, data, place)
  })
  return packed
}

/** Byte by byte: a number that is not a number need not keep its bits when it is assigned. */
export function copyElement(into: Raw, i: number, from: Raw, k: number): void {
  const size = from.BYTES_PER_ELEMENT
  bytesOf(into).set(bytesOf(from).subarray(k * size, (k + 1) * size), i * size)
}

function bytesOf(array: Raw): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

export function ctorOf(array: Raw): TypedCtor {
  return array.constructor as unknown as TypedCtor
}
