import { describe, expect, it } from 'vitest'
import { CountError, MpiError, TypeMismatchError } from '../../../src/errors.ts'
import { Layout } from '../../../src/wire/layout/layout.ts'
import { indexed, subarray, vector } from '../../../src/wire/layout/make.ts'

const data = new Float64Array(12)
const untyped = (make: (data: never, places: never) => unknown) => () => make([1, 2, 3] as never, {} as never)

it('a layout says what it is of, and cannot be changed', () => {
  const layout = vector(data, { count: 3, stride: 4, blockLength: 2 })
  expect(layout).toBeInstanceOf(Layout)
  expect(layout.data).toBe(data)
  expect(layout.count).toBe(6)
  expect(() => {
    ;(layout as { count: number }).count = 7
  }).toThrow(TypeError)
})

it.each<[string, () => unknown, new (message: string) => MpiError, RegExp]>([
  [
    'vector of no typed array',
    untyped(vector),
    TypeMismatchError,
    /^vector: data is a plain array; give a typed array/,
  ],
  ['indexed of none', untyped(indexed), TypeMismatchError, /^indexed: data is a plain array/],
  ['subarray of none', untyped(subarray), TypeMismatchError, /^subarray: data is a plain array/],
  ['no places', () => vector(data, undefined as never), CountError, /^vector: count is undefined/],
  ['places that are none', () => vector(data, 3 as never), MpiError, /^vector: the options are 3/],
  [
    'a misspelt place',
    () => vector(data, { count: 1, stride: 1, blocklength: 2 } as never),
    MpiError,
    /^vector: there is no option blocklength; this call takes count, blockLength, stride, offset/,
  ],
  ['no stride', () => vector(data, { count: 2 } as never), CountError, /^vector: stride is undefined/],
  ['half a count', () => vector(data, { count: 1.5, stride: 1 }), CountError, /^vector: count is 1.5/],
  [
    'a negative length',
    () => vector(data, { count: 1, stride: 1, blockLength: -1 }),
    CountError,
    /blockLength is -1/,
  ],
  ['a negative offset', () => vector(data, { count: 0, stride: 1, offset: -1 }), CountError, /offset is -1/],
  [
    'a vector beyond its data',
    () => vector(data, { count: 3, stride: 4, blockLength: 5 }),
    CountError,
    /^vector: the layout reaches element 12, beyond data, which has length 12; look at count 3, blockLength 5, stride 4, offset 0$/,
  ],
  [
    'a vector before its data',
    () => vector(data, { count: 3, stride: -4, offset: 7 }),
    CountError,
    /^vector: the layout begins at element -1, before data/,
  ],
  [
    'no displs',
    () => indexed(data, {} as never),
    TypeMismatchError,
    /^indexed: displs is undefined; give a list/,
  ],
  ['displs that are no list', () => indexed(data, { displs: 3 as never }), TypeMismatchError, /displs is 3/],
  ['a negative displ', () => indexed(data, { displs: [0, -1] }), CountError, /^indexed: displs\[1\] is -1/],
  [
    'a negative length',
    () => indexed(data, { displs: [], blockLengths: -1 }),
    CountError,
    /blockLengths is -1/,
  ],
  [
    'lists of two lengths',
    () => indexed(data, { displs: [1, 2], blockLengths: [1] }),
    CountError,
    /^indexed: blockLengths has length 1 and displs 2/,
  ],
  [
    'a block beyond its data',
    () => indexed(data, { displs: [0, 9], blockLengths: [1, 4] }),
    CountError,
    /^indexed: block 1, 4 elements from 9 on, ends beyond data, whose length is 12$/,
  ],
  [
    'a subarray of other dimensions',
    () => subarray(data, { sizes: [3, 4], subsizes: [3], starts: [0, 0] }),
    CountError,
    /^subarray: sizes has 2 dimensions, subsizes 1 and starts 2/,
  ],
  [
    'a part beyond the array',
    () => subarray(data, { sizes: [3, 4], subsizes: [3, 2], starts: [0, 3] }),
    CountError,
    /^subarray: in dimension 1 the part of 2 from 3 on ends beyond the array, whose size is 4 there$/,
  ],
  [
    'an array that is too short',
    () => subarray(data, { sizes: [3, 5], subsizes: [1, 1], starts: [0, 0] }),
    CountError,
    /^subarray: data has length 12, but an array of sizes 3 x 5 has 15 elements$/,
  ],
])('%s is refused', (_, make, error, message) => {
  expect(make).toThrow(error)
  expect(make).toThrow(message)
})

describe('what is allowed', () => {
  it.each<[string, Layout, number]>([
    [
      'lists of any kind',
      indexed(data, { displs: Int32Array.of(3, 1), blockLengths: Uint8Array.of(1, 2) }),
      3,
    ],
    ['empty blocks anywhere', indexed(data, { displs: [99, 0], blockLengths: [0, 3] }), 3],
    ['blocks in any order, more than once', indexed(data, { displs: [5, 0, 5] }), 3],
    ['a part of everything', subarray(data, { sizes: [3, 4], subsizes: [3, 4], starts: [0, 0] }), 12],
    ['an array without dimensions', subarray(data, { sizes: [], subsizes: [], starts: [] }), 1],
    ['data that is longer', subarray(data, { sizes: [2, 2], subsizes: [1, 2], starts: [1, 0] }), 2],
    ['blocks that overlap', vector(data, { count: 3, blockLength: 3, stride: 1 }), 9],
    ['a vector that goes back', vector(data, { count: 3, stride: -4, offset: 11 }), 3],
    ['nothing, far away', vector(data, { count: 0, stride: 100 }), 0],
  ])('%s', (_, layout, count) => {
    expect(layout.count).toBe(count)
  })
})
