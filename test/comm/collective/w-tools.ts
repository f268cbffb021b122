/** What the tests of alltoallw and its neighbour form share: blocks of all types, lengths and layouts. */

import ndarray from 'ndarray'
import type { WBlock } from '../../../src/comm/collective/types.ts'
import type { Raw, TypedCtor } from '../../../src/wire/datatype.ts'
import { indexed, subarray, vector } from '../../../src/wire/layout/make.ts'
import { elementTypes } from '../tools.ts'
import { valuesOf } from './tools.ts'

/** A block, the array that its elements are in, and where they are, in order, found by counting. */
export interface Laid {
  readonly block: WBlock
  readonly data: Raw
  readonly places: readonly number[]
}

/** What goes from one rank to another: its element type and length, of which one in five is none. */
export function kindOf(from: number, to: number, length: number): { ctor: TypedCtor; count: number } {
  const at = 3 * from + 5 * to
  const count = at % 5 === 4 ? 0 : length === 0 ? 0 : ((at * 7) % length) + 1
  return { ctor: elementTypes[(from + 2 * to) % elementTypes.length]!, count }
}

/** The elements of that block. */
export function sentFrom(from: number, to: number, length: number): Raw {
  const { ctor, count } = kindOf(from, to, length)
  return valuesOf(16 * from + to, count, ctor)
}

/** A place for `count` elements in the `way`-th kind of layout. */
export function laid(way: number, ctor: TypedCtor, count: number): Laid {
  const range = (of: (i: number) => number): number[] => Array.from({ length: count }, (_, i) => of(i))
  switch (way % 6) {
    case 0: {
      const data = new ctor(count)
      return { block: data, data, places: range((i) => i) }
    }
    case 1: {
      const data = new ctor(3 * count + 2)
      return {
        block: vector(data, { count, stride: 3, offset: 2 }),
        data,
        places: range((i) => 2 + 3 * i),
      }
    }
    case 2: {
      const data = new ctor(2 * count + 1)
      // Backwards, with a hole in the middle.
      const displs = range((i) => 2 * count - i - (2 * i < count ? 0 : 1))
      return { block: indexed(data, { displs }), data, places: displs }
    }
    case 3: {
      const data = new ctor(4 * count)
      const part = { sizes: [count, 4], subsizes: [count, 1], starts: [0, 1] }
      return { block: subarray(data, part), data, places: range((i) => 4 * i + 1) }
    }
    case 4: {
      const data = new ctor(count + 5)
      const places = range((i) => count + 4 - i)
      // biome-ignore lint/suspicious/noExplicitAny: the types of ndarray know no union of arrays
      return { block: ndarray(data as any, [count], [-1], count + 4) as unknown as WBlock, data, places }
    }
    default: {
      const data = new ctor(count + 3)
      const block = { data, shape: [count], stride: [1], offset: 3 }
      return { block, data, places: range((i) => 3 + i) }
    }
  }
}

/** Puts `values` in these places. */
export function fill({ data, places }: Laid, values: Raw): void {
  for (const [i, place] of places.entries()) (data as Float64Array)[place] = (values as Float64Array)[i]!
}

/** `data` with `values` in these places, and zeros elsewhere. */
export function modelOf(laidOut: Laid, values: Raw): Raw {
  const model = new (laidOut.data.constructor as TypedCtor)(laidOut.data.length)
  fill({ ...laidOut, data: model }, values)
  return model
}
