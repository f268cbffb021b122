/** Whether elements of two layouts are the same memory. */

import type { Raw } from '../datatype.ts'
import { Layout } from './layout.ts'
import { eachPlace } from './marks.ts'
import { Nest } from './nest.ts'
import { greatestDivisor } from './places.ts'

/** All elements of a typed array, as a layout. */
export function wholeOf(array: Raw): Layout {
  return new Layout(array, new Nest(0, [array.length], [1]))
}

/** Whether the two share at least one byte. Found out from their patterns if possible, else element by element. */
export function overlap(a: Layout, b: Layout): boolean {
  if (a.data.buffer !== b.data.buffer || a.count === 0 || b.count === 0) return false
  const low = Math.max(lowOf(a), lowOf(b))
  const high = Math.min(highOf(a), highOf(b))
  if (low >= high) return false
  if (a.places.isContiguous && b.places.isContiguous) return true
  if (!mayMeet(a, b)) return false
  const unit = Math.min(a.data.BYTES_PER_ELEMENT, b.data.BYTES_PER_ELEMENT)
  const marked = new Uint8Array((high - low) / unit)
  const each = (layout: Layout, f: (at: number) => void): void => {
    const { BYTES_PER_ELEMENT: size, byteOffset } = layout.data
    eachPlace(layout.places, (place) => {
      const start = byteOffset + place * size - low
      for (let byte = 0; byte < size; byte += unit) f((start + byte) / unit)
    })
  }
  each(a, (at) => {
    if (at >= 0 && at < marked.length) marked[at] = 1
  })
  let meets = false
  each(b, (at) => {
    if (marked[at] === 1) meets = true
  })
  return meets
}

/** Whether `part` is the very elements `from`, `from + 1`, … of `whole`, in this order. */
export function isPart(part: Layout, whole: Layout, from: number): boolean {
  if (part.data.buffer !== whole.data.buffer || from < 0 || from + part.count > whole.count) return false
  if (part.data.BYTES_PER_ELEMENT !== whole.data.BYTES_PER_ELEMENT) return false
  const [mine, all] = [addresses(part), addresses(whole)]
  return mine.every((address, k) => address === all[from + k])
}

function addresses({ data, places, count }: Layout): Float64Array {
  const list = new Float64Array(count)
  let k = 0
  eachPlace(places, (place) => {
    list[k++] = data.byteOffset + place * data.BYTES_PER_ELEMENT
  })
  return list
}

function lowOf({ data, places }: Layout): number {
  return data.byteOffset + places.low * data.BYTES_PER_ELEMENT
}

function highOf({ data, places }: Layout): number {
  return data.byteOffset + places.high * data.BYTES_PER_ELEMENT
}

/** False if the patterns of two layouts keep clear of each other, as two columns of one matrix do. */
function mayMeet(a: Layout, b: Layout): boolean {
  const [one, other] = [bytesOf(a), bytesOf(b)]
  const step = greatestDivisor(one.step, other.step)
  if (step === 0) return true
  const distance = (((other.base - one.base) % step) + step) % step
  return distance < one.length || step - distance < other.length
}

function bytesOf({ data, places }: Layout): { base: number; step: number; length: number } {
  const { BYTES_PER_ELEMENT: size, byteOffset } = data
  const { base, step, length } = places.lattice
  return { base: byteOffset + base * size, step: step * size, length: length * size }
}
