/** The sparse matrix of CG: a sum of outer products of random sparse vectors. Each rank makes the rows it has. */

import { MULTIPLIER, multiply } from '../common/random.ts'

/** Rows in compressed form: row i has the elements from `rowStarts[i]` to `rowStarts[i + 1]` - 1. */
export interface Rows {
  readonly rowStarts: Int32Array
  readonly columns: Int32Array
  readonly values: Float64Array
}

export interface MatrixParameters {
  readonly n: number
  /** Random elements of each vector. */
  readonly nonzer: number
  readonly shift: number
}

/** The smallest weight of a vector, and what is added to the diagonal. */
const RCOND = 0.1
const SEED = 314_159_265

/** Makes rows `first` to `end` - 1. All ranks draw all vectors, as each row has elements of vectors of all. */
export function makeRows({ n, nonzer, shift }: MatrixParameters, first: number, end: number): Rows {
  const { lengths, places, elements } = drawVectors(n, nonzer)
  const width = nonzer + 1
  const vectorsOf = findVectors(lengths, places, width, first, end)

  const weights = new Float64Array(n)
  const ratio = RCOND ** (1 / n)
  let weight = 1
  for (let v = 0; v < n; v++) {
    weights[v] = weight
    weight *= ratio
  }

  const rowStarts = new Int32Array(end - first + 1)
  const columns = new Int32Array(vectorsOf.at.length * width)
  const values = new Float64Array(vectorsOf.at.length * width)
  const sums = new Float64Array(n)
  /** The last row that had an element in a column. */
  const lastRow = new Int32Array(n).fill(-1)
  let filled = 0
  for (let row = first; row < end; row++) {
    const start = filled
    for (let i = vectorsOf.starts[row - first]!; i < vectorsOf.starts[row - first + 1]!; i++) {
      const at = vectorsOf.at[i]!
      const v = Math.floor(at / width)
      const factor = weights[v]! * elements[at]!
      for (let other = v * width; other < v * width + lengths[v]!; other++) {
        const column = places[other]!
        if (lastRow[column] !== row) {
          lastRow[column] = row
          sums[column] = 0
          columns[filled++] = column
        }
        sums[column]! += factor * elements[other]!
      }
    }
    sums[row]! += RCOND - shift
    // In order, so that a product reads its vector forwards.
    columns.subarray(start, filled).sort()
    for (let i = start; i < filled; i++) values[i] = sums[columns[i]!]!
    rowStarts[row - first + 1] = filled
  }
  return { rowStarts, columns: columns.subarray(0, filled), values: values.subarray(0, filled) }
}

/** Vector v has `lengths[v]` elements from v · (nonzer + 1) on; element v of it is 0.5. */
function drawVectors(n: number, nonzer: number) {
  const width = nonzer + 1
  const lengths = new Int32Array(n)
  const places = new Int32Array(n * width)
  const elements = new Float64Array(n * width)
  /** The last vector that had an element at a place. */
  const lastVector = new Int32Array(n).fill(-1)
  const range = 2 ** Math.ceil(Math.log2(n))
  let x = multiply(MULTIPLIER, SEED)
  for (let v = 0; v < n; v++) {
    const start = v * width
    let length = 0
    while (length < nonzer) {
      const drawn = multiply(MULTIPLIER, x)
      x = multiply(MULTIPLIER, drawn)
      const place = Math.floor(x * 2 ** -46 * range)
      if (place >= n || lastVector[place] === v) continue
      lastVector[place] = v
      places[start + length] = place
      elements[start + length] = drawn * 2 ** -46
      length++
    }
    const own = lastVector[v] === v ? places.indexOf(v, start) : start + length++
    places[own] = v
    elements[own] = 0.5
    lengths[v] = length
  }
  return { lengths, places, elements }
}

/** For each row, where in the vectors there is an element of it, vectors in order. */
function findVectors(
  lengths: Int32Array,
  places: Int32Array,
  width: number,
  first: number,
  end: number,
): { starts: Int32Array; at: Int32Array } {
  const starts = new Int32Array(end - first + 1)
  const each = (visit: (row: number, at: number) => void): void => {
    for (let v = 0; v < lengths.length; v++) {
      for (let at = v * width; at < v * width + lengths[v]!; at++) {
        const row = places[at]!
        if (row >= first && row < end) visit(row - first, at)
      }
    }
  }
  each((row) => {
    starts[row + 1]! += 1
  })
  for (let row = 0; row < end - first; row++) starts[row + 1]! += starts[row]!
  const next = starts.slice()
  const at = new Int32Array(starts[end - first]!)
  each((row, place) => {
    at[next[row]!++] = place
  })
  return { starts, at }
}
