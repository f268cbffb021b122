/**
 * Plain arrays of nothing but numbers, as the raw elements of a typed array: several times as fast as number
 * by number, and exact (-0 too, for Float64Array keeps it).
 */

import { Form } from './form.ts'

/** The elements start here, so that they are aligned wherever the item itself is. */
const START = 8

/** Not much beyond it `new Array(length)` makes a hash table; `Array.from` is slower here, and does not. */
const LARGEST_NEW_ARRAY = 2 ** 24

/** The encoding of an array if all of its elements are numbers; null if not. */
export function encodeNumberList(list: readonly unknown[]): Uint8Array | null {
  return encodeInt32List(list) ?? encodeFloat64List(list)
}

export function decodeNumberList(bytes: Uint8Array, form: number): number[] {
  const ctor = form === Form.INT32_LIST ? Int32Array : Float64Array
  const size = ctor.BYTES_PER_ELEMENT
  if (bytes.length < START || bytes.length % size !== 0)
    throw new RangeError(`a list of numbers of ${bytes.length} bytes`)
  const isAligned = bytes.byteOffset % size === 0
  const from = isAligned ? bytes : bytes.slice()
  const elements = new ctor(from.buffer as ArrayBuffer, from.byteOffset + START, (from.length - START) / size)
  // Two loops, for each is only quick while it has seen one type of array.
  return form === Form.INT32_LIST
    ? toInt32List(elements as Int32Array)
    : toFloat64List(elements as Float64Array)
}

// Each looks at an element and copies it at once: a pass over a long list costs as much as its bytes.

function encodeInt32List(list: readonly unknown[]): Uint8Array | null {
  if (!isInt32(list[0])) return null
  const { length } = list
  const bytes = allocate(Form.INT32_LIST, length * Int32Array.BYTES_PER_ELEMENT)
  const elements = new Int32Array(bytes.buffer, bytes.byteOffset + START, length)
  for (let i = 0; i < length; i++) {
    const value = list[i]
    if (!isInt32(value)) return null
    elements[i] = value
  }
  return bytes
}

function encodeFloat64List(list: readonly unknown[]): Uint8Array | null {
  const { length } = list
  const bytes = allocate(Form.FLOAT64_LIST, length * Float64Array.BYTES_PER_ELEMENT)
  const elements = new Float64Array(bytes.buffer, bytes.byteOffset + START, length)
  for (let i = 0; i < length; i++) {
    const value = list[i]
    if (typeof value !== 'number') return null
    elements[i] = value
  }
  return bytes
}

function isInt32(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value && (value !== 0 || 1 / value > 0)
}

/** Memory with the form in front and `count` bytes, not cleared, behind START; aligned like any Buffer. */
function allocate(form: number, count: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.allocUnsafe(START + count)
  bytes.fill(0, 0, START)
  bytes[0] = form
  return bytes
}

function toInt32List(elements: Int32Array): number[] {
  const { length } = elements
  if (length > LARGEST_NEW_ARRAY) return Array.from(elements)
  const list = new Array<number>(length)
  for (let i = 0; i < length; i++) list[i] = elements[i]!
  return list
}

function toFloat64List(elements: Float64Array): number[] {
  const { length } = elements
  if (length > LARGEST_NEW_ARRAY) return Array.from(elements)
  const list = new Array<number>(length)
  for (let i = 0; i < length; i++) list[i] = elements[i]!
  return list
}
