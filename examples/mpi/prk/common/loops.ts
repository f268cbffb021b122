/** The inner loops of nstream, reduce and p2p. */

/** a += b + scalar c. Four at a time: the loop's own work, a third of it all, is done once for them. */
export function triad(a: Float64Array, b: Float64Array, c: Float64Array, scalar: number): void {
  const n = a.length
  let i = 0
  for (; i < n - 3; i += 4) {
    a[i]! += b[i]! + scalar * c[i]!
    a[i + 1]! += b[i + 1]! + scalar * c[i + 1]!
    a[i + 2]! += b[i + 2]! + scalar * c[i + 2]!
    a[i + 3]! += b[i + 3]! + scalar * c[i + 3]!
  }
  for (; i < n; i++) a[i]! += b[i]! + scalar * c[i]!
}

/** vector += other */
export function add(vector: Float64Array, other: Float64Array): void {
  const n = vector.length
  let i = 0
  for (; i < n - 3; i += 4) {
    vector[i]! += other[i]!
    vector[i + 1]! += other[i + 1]!
    vector[i + 2]! += other[i + 2]!
    vector[i + 3]! += other[i + 3]!
  }
  for (; i < n; i++) vector[i]! += other[i]!
}

/**
 * Rows `from` to `to` - 1 of a grid: each point is its west plus its south minus its south-west neighbour. What is to
 * the left and below stays in variables: one load and one store per point.
 */
export function sweep(grid: Float64Array, width: number, from: number, to: number): void {
  for (let j = from; j < to; j++) {
    const row = j * width
    const below = row - width
    let west = grid[row]!
    let southWest = grid[below]!
    for (let i = 1; i < width; i++) {
      const south = grid[below + i]!
      // The difference does not wait for `west`, the one value that comes late.
      west += south - southWest
      grid[row + i] = west
      southWest = south
    }
  }
}
