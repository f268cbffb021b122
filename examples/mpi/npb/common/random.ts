/**
 * The random numbers of the NAS Parallel Benchmarks: x' = a x mod 2^46 with a = 5^13, as numbers x 2^-46 in (0, 1).
 * Any part of the stream can be had without the numbers before it, so each rank makes its own.
 *
 * A product of two 46-bit integers does not fit a double, so numbers are worked in halves of 23 bits.
 */

/** The multiplier, 5^13. */
export const MULTIPLIER = 1_220_703_125

const R23 = 2 ** -23
const T23 = 2 ** 23
const R46 = 2 ** -46
const T46 = 2 ** 46
const LOW_23_BITS = 0x7fffff

/** a x mod 2^46. Every number in between is an integer below 2^47, so nothing is rounded. */
export function multiply(a: number, x: number): number {
  const aHigh = Math.floor(a * R23)
  const aLow = a - aHigh * T23
  const xHigh = Math.floor(x * R23)
  const xLow = x - xHigh * T23
  const cross = aHigh * xLow + aLow * xHigh
  const product = (cross - Math.floor(cross * R23) * T23) * T23 + aLow * xLow
  return product - Math.floor(product * R46) * T46
}

/** The seed that `steps` numbers later would be reached from `seed`. */
export function jump(seed: number, steps: number, multiplier = MULTIPLIER): number {
  let x = seed
  let power = multiplier
  for (let n = steps; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) x = multiply(power, x)
    power = multiply(power, power)
  }
  return x
}

/**
 * Fills `out[from]` to `out[to - 1]` with the next numbers of the stream.
 * @returns the seed of those that follow
 */
export function fill(out: Float64Array, from: number, to: number, seed: number): number {
  // The two halves of x are int32: the lower bits of their products come from imul, and only the upper half of
  // low · low needs a double. With doubles throughout, a number takes two to seven times as long:
  // seven where the numbers stay in the cache.
  const aHigh = Math.floor(MULTIPLIER * R23) | 0
  const aLow = MULTIPLIER & LOW_23_BITS
  const aLowScaled = aLow * R23
  let high = Math.floor(seed * R23) | 0
  let low = (seed - high * T23) | 0
  for (let i = from | 0; i < to; i++) {
    const carry = (low * aLowScaled) | 0
    high = (Math.imul(high, aLow) + Math.imul(low, aHigh) + carry) & LOW_23_BITS
    low = Math.imul(low, aLow) & LOW_23_BITS
    out[i] = high * R23 + low * R46
  }
  return high * T23 + low
}
