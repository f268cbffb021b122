/**
 * The inner loops: elements from strided places to strided places.
 *
 * V8 makes a loop over typed arrays fast for up to four of their classes and twenty times slower for a fifth, so
 * all eleven element types are copied as one of four: as words of the same size. A bigint's eight bytes may not
 * pass through a number (a NaN need not keep its bits), so they go as two words of four.
 */

import { type Raw, typeOf, typeOfCtor } from '../datatype.ts'

export type Words = Uint8Array | Uint16Array | Int32Array | Float64Array

/** Runs of so many words are copied faster by `set`, which moves memory but makes two objects for it. */
const LONG_RUN = 32

/** Columns are copied in strips of so many rows: that many cache lines are still there for the next column. */
const STRIP = 32

const BIGINTS = [typeOfCtor(BigInt64Array), typeOfCtor(BigUint64Array)]

/** Memory as the loops see it. */
export interface Memory {
  readonly words: Words
  /** Words per element: 1 or 2. */
  readonly per: number
}

/** The memory of elements `low` up to, not including, `high` of `array`, not a copy. */
export function memoryOf(array: Raw, low: number, high: number): Memory {
  const { buffer, BYTES_PER_ELEMENT: size } = array
  const start = array.byteOffset + low * size
  const count = high - low
  if (size === 1) return { words: new Uint8Array(buffer, start, count), per: 1 }
  if (size === 2) return { words: new Uint16Array(buffer, start, count), per: 1 }
  if (size === 4) return { words: new Int32Array(buffer, start, count), per: 1 }
  if (BIGINTS.includes(typeOf(array))) return { words: new Int32Array(buffer, start, 2 * count), per: 2 }
  return { words: new Float64Array(buffer, start, count), per: 1 }
}

/**
 * Copies `rows` times `cols` words, or pairs of words: the one in row r and column c from
 * `source[s + r * sRow + c * sCol]` to `dest[d + r * dRow + c * dCol]`. All numbers count words.
 */
export function copyGrid(
  per: number,
  dest: Words,
  d: number,
  dRow: number,
  dCol: number,
  source: Words,
  s: number,
  sRow: number,
  sCol: number,
  rows: number,
  cols: number,
): void {
  if (sCol === per && dCol === per && cols * per >= LONG_RUN) {
    copyRuns(dest, d, dRow, source, s, sRow, rows, cols * per)
    return
  }
  const copy = per === 1 ? copySingles : copyPairs
  if (rows <= STRIP || cols <= STRIP || isInOrder(sRow, sCol, dRow, dCol)) {
    copy(dest as Int32Array, d, dRow, dCol, source as Int32Array, s, sRow, sCol, rows, cols)
    return
  }
  for (let r = 0; r < rows; r += STRIP) {
    const some = Math.min(STRIP, rows - r)
    for (let c = 0; c < cols; c += STRIP) {
      const dStart = d + r * dRow + c * dCol
      const sStart = s + r * sRow + c * sCol
      const few = Math.min(STRIP, cols - c)
      copy(dest as Int32Array, dStart, dRow, dCol, source as Int32Array, sStart, sRow, sCol, some, few)
    }
  }
}

/** Whether going through both row by row touches memory in order; not so for a transposed matrix. */
function isInOrder(sRow: number, sCol: number, dRow: number, dCol: number): boolean {
  return Math.abs(sCol) <= Math.abs(sRow) && Math.abs(dCol) <= Math.abs(dRow)
}

function copyRuns(
  dest: Words,
  d: number,
  dRow: number,
  source: Words,
  s: number,
  sRow: number,
  rows: number,
  length: number,
): void {
  for (let r = 0; r < rows; r++) {
    dest.set(source.subarray(s, s + length), d)
    s += sRow
    d += dRow
  }
}

function copySingles(
  dest: Words,
  d: number,
  dRow: number,
  dCol: number,
  source: Words,
  s: number,
  sRow: number,
  sCol: number,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    let i = s
    let j = d
    for (let c = 0; c < cols; c++) {
      dest[j] = source[i]!
      i += sCol
      j += dCol
    }
    s += sRow
    d += dRow
  }
}

function copyPairs(
  dest: Words,
  d: number,
  dRow: number,
  dCol: number,
  source: Words,
  s: number,
  sRow: number,
  sCol: number,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    let i = s
    let j = d
    for (let c = 0; c < cols; c++) {
      dest[j] = source[i]!
      dest[j + 1] = source[i + 1]!
      i += sCol
      j += dCol
    }
    s += sRow
    d += dRow
  }
}

/** Copies the elements at `displs[k] - low`, for k from `from` up to `to`, to `dest`, one after another from `d` on. */
export function pickEach(
  per: number,
  dest: Words,
  d: number,
  source: Words,
  displs: Int32Array | Float64Array,
  low: number,
  from: number,
  to: number,
): void {
  if (per === 1) {
    for (let k = from, j = d; k < to; k++, j++) dest[j] = source[displs[k]! - low]!
    return
  }
  for (let k = from, j = 2 * d; k < to; k++, j += 2) {
    const i = 2 * (displs[k]! - low)
    dest[j] = source[i]!
    dest[j + 1] = source[i + 1]!
  }
}

/** The other way round: from `source`, one after another from `s` on, to the places in `dest`. */
export function placeEach(
  per: number,
  dest: Words,
  source: Words,
  s: number,
  displs: Int32Array | Float64Array,
  low: number,
  from: number,
  to: number,
): void {
  if (per === 1) {
    for (let k = from, i = s; k < to; k++, i++) dest[displs[k]! - low] = source[i]!
    return
  }
  for (let k = from, i = 2 * s; k < to; k++, i += 2) {
    const j = 2 * (displs[k]! - low)
    dest[j] = source[i]!
    dest[j + 1] = source[i + 1]!
  }
}
