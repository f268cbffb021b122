/** Ways to lay out a vector of any length, for the tests of collective calls. */

import ndarray from 'ndarray'
import { expect } from 'vitest'
import { indexed, subarray, vector } from '../../../src/wire/layout/make.ts'
import type { Strided } from '../../../src/wire/layout/nd-view.ts'
import { expectSame } from '../collective/tools.ts'
import { stdlib } from './tools.ts'

/** What lies in memory where no element of a layout is. */
const GAP = -99

export class LaidOut {
  readonly given: Strided<Float64Array>
  readonly data: Float64Array
  readonly #places: readonly number[]

  constructor(given: Strided<Float64Array>, places: readonly number[]) {
    this.given = given
    this.data = given.data
    this.#places = places
    this.data.fill(GAP)
  }

  fill(values: ArrayLike<number>): this {
    this.#places.forEach((place, i) => {
      this.data[place] = values[i]!
    })
    return this
  }

  /** Expects these elements in their places, and nothing else to be written. */
  expect(values: ArrayLike<number>): void {
    const model = new Float64Array(this.data.length).fill(GAP)
    this.#places.forEach((place, i) => {
      model[place] = values[i]!
    })
    expectSame(this.data, model)
    expect(values.length).toBe(this.#places.length)
  }

  expectUntouched(): void {
    expect(this.data.every((x) => x === GAP)).toBe(true)
  }
}

type Kind = (length: number) => LaidOut

const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i)

export const kinds: Readonly<Record<string, Kind>> = {
  'a vector': (length) =>
    new LaidOut(
      vector(new Float64Array(3 * length + 2), { count: length, stride: 3, offset: 1 }),
      upTo(length).map((i) => 3 * i + 1),
    ),
  'an indexed, backwards in pairs': (length) => {
    const displs = upTo(Math.ceil(length / 2)).map((i) => 3 * (Math.ceil(length / 2) - 1 - i))
    const blockLengths = displs.map((_, i) => Math.min(2, length - 2 * i))
    const places = upTo(length).map((i) => displs[i >> 1]! + (i % 2))
    return new LaidOut(indexed(new Float64Array(2 * length + 3), { displs, blockLengths }), places)
  },
  'a subarray': (length) =>
    new LaidOut(
      subarray(new Float64Array(4 * (length + 1)), {
        sizes: [length + 1, 4],
        subsizes: [length, 1],
        starts: [1, 2],
      }),
      upTo(length).map((i) => 4 * (i + 1) + 2),
    ),
  'a view that goes back': (length) =>
    new LaidOut(
      { data: new Float64Array(2 * length + 2), shape: [length], stride: [-2], offset: 2 * length + 1 },
      upTo(length).map((i) => 2 * length + 1 - 2 * i),
    ),
  'a transposed ndarray': (length) => {
    const cols = length % 2 === 0 ? 2 : 1
    const rows = length / cols
    const given = ndarray(new Float64Array(length + 1), [cols, rows]).transpose(1, 0)
    return new LaidOut(
      given,
      upTo(length).map((i) => (i % cols) * rows + Math.floor(i / cols)),
    )
  },
  'a stdlib ndarray': (length) =>
    new LaidOut(
      stdlib(new Float64Array(2 * length + 2), [length, 1], [2, 1], 1),
      upTo(length).map((i) => 2 * i + 1),
    ),
  'one piece': (length) =>
    new LaidOut(
      vector(new Float64Array(length + 3), { count: length, stride: 1, offset: 2 }),
      upTo(length).map((i) => i + 2),
    ),
}

export const kindNames = Object.keys(kinds)

/** A layout of so many elements; the `k`th kind, and so on round. */
export function kindOf(k: number, length: number): LaidOut {
  return kinds[kindNames[k % kindNames.length]!]!(length)
}

/** The same with these elements. */
export function laidOut(k: number, values: ArrayLike<number>): LaidOut {
  return kindOf(k, values.length).fill(values)
}
