/** Rows of a sparse matrix, compressed: of a star on a periodic square grid, whose columns are scrambled. */

export interface Rows {
  /** `perRow` columns for each row, in growing order, and the values there. */
  readonly columns: Int32Array
  readonly values: Float64Array
}

/**
 * The matrix's rows from `start` on. Row i + j 2^log belongs to point (i, j) and has an entry for the point and for
 * those up to `radius` away along both axes, each at the column that has the bits of the point's index reversed.
 */
export function makeRows(log: number, radius: number, start: number, count: number): Rows {
  const extent = 2 ** log
  const perRow = 4 * radius + 1
  const columns = new Int32Array(count * perRow)
  const values = new Float64Array(count * perRow)
  for (let row = 0; row < count; row++) {
    const i = (start + row) % extent
    const j = Math.floor((start + row) / extent)
    const here = columns.subarray(row * perRow, (row + 1) * perRow)
    let at = 0
    here[at++] = reverse(i + j * extent, 2 * log)
    for (let d = 1; d <= radius; d++) {
      here[at++] = reverse(((i + d) % extent) + j * extent, 2 * log)
      here[at++] = reverse(((i - d + extent) % extent) + j * extent, 2 * log)
      here[at++] = reverse(i + ((j + d) % extent) * extent, 2 * log)
      here[at++] = reverse(i + ((j - d + extent) % extent) * extent, 2 * log)
    }
    here.sort()
    for (let k = 0; k < perRow; k++) values[row * perRow + k] = 1 / (here[k]! + 1)
  }
  return { columns, values }
}

/** The lowest `bits` bits of `index` the other way round. */
function reverse(index: number, bits: number): number {
  let reversed = 0
  for (let bit = 0; bit < bits; bit++) reversed |= ((index >>> bit) & 1) << (bits - 1 - bit)
  return reversed
}

/** result += matrix vector. All rows have the same number of entries, so none needs to say where it starts. */
export function addMatrixVector(
  columns: Int32Array,
  values: Float64Array,
  perRow: number,
  vector: Float64Array,
  result: Float64Array,
): void {
  const rows = result.length
  let at = 0
  for (let row = 0; row < rows; row++) {
    // Two sums: an addition need not wait for the one before.
    let even = 0
    let odd = 0
    const end = at + perRow
    for (; at < end - 3; at += 4) {
      even += values[at]! * vector[columns[at]!]!
      odd += values[at + 1]! * vector[columns[at + 1]!]!
      even += values[at + 2]! * vector[columns[at + 2]!]!
      odd += values[at + 3]! * vector[columns[at + 3]!]!
    }
    for (; at < end; at++) even += values[at]! * vector[columns[at]!]!
    result[row]! += even + odd
  }
}
