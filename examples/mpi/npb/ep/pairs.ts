/** The inner loop of EP. */

/** Adds up, in `sums` and `counts`, what pairs of numbers give: those within the unit circle become Gaussian deviates. */
export function addPairs(u: Float64Array, sums: Float64Array, counts: Int32Array): void {
  const n = u.length
  let sumX = 0
  let sumY = 0
  for (let i = 0; i < n; i += 2) {
    const x = 2 * u[i]! - 1
    const y = 2 * u[i + 1]! - 1
    const t = x * x + y * y
    if (t <= 1) {
      // Which of the two is larger is asked before they are stretched: a branch that had to wait for logarithm,
      // division and root would hold up the pairs behind it, and cost a third of the time.
      const larger = Math.max(Math.abs(x), Math.abs(y))
      const stretch = Math.sqrt((-2 * Math.log(t)) / t)
      sumX += x * stretch
      sumY += y * stretch
      counts[(larger * stretch) | 0]! += 1
    }
  }
  sums[0]! += sumX
  sums[1]! += sumY
}
