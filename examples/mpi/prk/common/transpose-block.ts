/**
 * Square blocks of a matrix in column order, transposed tile by tile: of both matrices only as much is touched at a
 * time as the cache holds. Element (i, j) of the matrix is at i + n j; a block starts at row `top`.
 */

/** b += aᵀ for the block that stays on this rank; then a += 1 there. */
export function addTransposed(
  a: Float64Array,
  b: Float64Array,
  n: number,
  width: number,
  top: number,
  tile: number,
): void {
  for (let i0 = 0; i0 < width; i0 += tile) {
    const iEnd = Math.min(i0 + tile, width)
    for (let j0 = 0; j0 < width; j0 += tile) {
      const jEnd = Math.min(j0 + tile, width)
      for (let i = i0; i < iEnd; i++) {
        let to = top + j0 + n * i
        let from = top + i + n * j0
        for (let j = j0; j < jEnd; j++) {
          b[to]! += a[from]!
          a[from]! += 1
          to++
          from += n
        }
      }
    }
  }
}

/** out = aᵀ for a block that goes to another rank; then a += 1 there. */
export function takeTransposed(
  a: Float64Array,
  out: Float64Array,
  n: number,
  width: number,
  top: number,
  tile: number,
): void {
  for (let i0 = 0; i0 < width; i0 += tile) {
    const iEnd = Math.min(i0 + tile, width)
    for (let j0 = 0; j0 < width; j0 += tile) {
      const jEnd = Math.min(j0 + tile, width)
      for (let i = i0; i < iEnd; i++) {
        let to = j0 + width * i
        let from = top + i + n * j0
        for (let j = j0; j < jEnd; j++) {
          out[to] = a[from]!
          a[from]! += 1
          to++
          from += n
        }
      }
    }
  }
}

/** b += block, both column by column. */
export function accumulate(
  b: Float64Array,
  block: Float64Array,
  n: number,
  width: number,
  top: number,
): void {
  for (let j = 0; j < width; j++) {
    const from = width * j
    const to = top + n * j
    for (let i = 0; i < width; i++) b[to + i]! += block[from + i]!
  }
}
