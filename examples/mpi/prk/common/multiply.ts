/** The product of two small matrices, row by row in memory: C (m x n) += A (m x k) B (k x n). */

/** As the formula says it: for V8 the memory is the limit, two loads and a store for each product. */
export function addProductPlainly(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  m: number,
  k: number,
  n: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l]!
      const bRow = l * n
      const cRow = i * n
      for (let j = 0; j < n; j++) c[cRow + j]! += factor * b[bRow + j]!
    }
  }
}

/**
 * In blocks of 4 x 2 of C, which stay in registers while a row of A meets a column of B: six loads for eight
 * products, and no store. 4 x 4 would need more registers than there are.
 */
export function addProduct(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  m: number,
  k: number,
  n: number,
): void {
  const mEnd = m - (m % 4)
  const nEnd = n - (n % 2)
  for (let i = 0; i < mEnd; i += 4) {
    for (let j = 0; j < nEnd; j += 2) addBlock(a, b, c, k, n, i, j)
    if (nEnd < n) for (let r = i; r < i + 4; r++) addDot(a, b, c, k, n, r, nEnd)
  }
  for (let i = mEnd; i < m; i++) for (let j = 0; j < n; j++) addDot(a, b, c, k, n, i, j)
}

function addBlock(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  k: number,
  n: number,
  i: number,
  j: number,
): void {
  let c00 = 0
  let c01 = 0
  let c10 = 0
  let c11 = 0
  let c20 = 0
  let c21 = 0
  let c30 = 0
  let c31 = 0
  let from = j
  const a0 = i * k
  const a1 = a0 + k
  const a2 = a1 + k
  const a3 = a2 + k
  for (let l = 0; l < k; l++) {
    const b0 = b[from]!
    const b1 = b[from + 1]!
    const x0 = a[a0 + l]!
    c00 += x0 * b0
    c01 += x0 * b1
    const x1 = a[a1 + l]!
    c10 += x1 * b0
    c11 += x1 * b1
    const x2 = a[a2 + l]!
    c20 += x2 * b0
    c21 += x2 * b1
    const x3 = a[a3 + l]!
    c30 += x3 * b0
    c31 += x3 * b1
    from += n
  }
  const to = i * n + j
  c[to]! += c00
  c[to + 1]! += c01
  c[to + n]! += c10
  c[to + n + 1]! += c11
  c[to + 2 * n]! += c20
  c[to + 2 * n + 1]! += c21
  c[to + 3 * n]! += c30
  c[to + 3 * n + 1]! += c31
}

function addDot(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  k: number,
  n: number,
  i: number,
  j: number,
): void {
  let sum = 0
  for (let l = 0; l < k; l++) sum += a[i * k + l]! * b[l * n + j]!
  c[i * n + j]! += sum
}
