/** What the tests of layouts in calls share. */

import stdlibArray from '@stdlib/ndarray-ctor'
import ndarray from 'ndarray'
import { indexed, subarray, vector } from '../../../src/wire/layout/make.ts'
import type { Strided } from '../../../src/wire/layout/nd-view.ts'

/** Rows and columns of the matrices of these tests; their elements are 10 * row + column + `start`. */
export const ROWS = 3
export const COLS = 4

/** The elements of a matrix, row by row. */
export function elements(start = 0): Float64Array {
  return Float64Array.from({ length: ROWS * COLS }, (_, i) => start + 10 * Math.floor(i / COLS) + (i % COLS))
}

/** All the ways to name column 1 of a matrix of ROWS x COLS: all of them name 1, 11, 21. */
export const columns: readonly [string, (data: Float64Array) => Strided<Float64Array>][] = [
  ['a vector', (data) => vector(data, { count: ROWS, stride: COLS, offset: 1 })],
  ['an indexed', (data) => indexed(data, { displs: [1, 1 + COLS, 1 + 2 * COLS] })],
  ['a subarray', (data) => subarray(data, { sizes: [ROWS, COLS], subsizes: [ROWS, 1], starts: [0, 1] })],
  ['{ data, shape, stride, offset }', (data) => ({ data, shape: [ROWS], stride: [COLS], offset: 1 })],
  ['{ data, shape, strides, offset }', (data) => ({ data, shape: [ROWS, 1], strides: [COLS, 9], offset: 1 })],
  ['an ndarray', (data) => ndarray(data, [ROWS, COLS]).pick(null, 1)],
  ['a stdlib ndarray', (data) => stdlib(data, [ROWS], [COLS], 1)],
]

/** The ndarray of stdlib, which its types do not tell the element type of. */
export function stdlib(
  data: Float64Array,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): Strided<Float64Array> {
  const array = stdlibArray('float64', data, shape, strides, offset, 'row-major')
  return array as unknown as Strided<Float64Array>
}

/** Eight bytes that are no layout, whatever they look like. */
export const notLayouts: readonly [string, object][] = [
  ['untyped data', { data: [1, 2], shape: [2], stride: [1], offset: 0 }],
  ['no offset', { data: new Float64Array(2), shape: [2], stride: [1] }],
  ['no shape', { data: new Float64Array(2), stride: [1], offset: 0 }],
  ['no strides', { data: new Float64Array(2), shape: [2], offset: 0 }],
  ['a shape that is no list', { data: new Float64Array(2), shape: 2, stride: [1], offset: 0 }],
]
