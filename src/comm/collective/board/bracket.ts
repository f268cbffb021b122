/**
 * The bracketing that depends on the number of operands and on nothing else: that of a binomial tree, neighbours in
 * pairs, then pairs of pairs, the odd ones at the end last; in rank order. On 2^k ranks it is that of recursive
 * doubling and of rabenseifner, on any number that of a binomial tree with root 0.
 */

/** What `n` operands from `first` on combine to. */
export function bracket<P>(
  first: number,
  n: number,
  operand: (rank: number) => P,
  combine: (low: P, high: P) => P,
): P {
  if (n === 1) return operand(first)
  const half = largestPowerBelow(n)
  const low = bracket(first, half, operand, combine)
  return combine(low, bracket(first + half, n - half, operand, combine))
}

/** The largest power of two below `n`, which is 2 or more. */
export function largestPowerBelow(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}
