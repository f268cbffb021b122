import { CountError } from '../../errors.ts'
import type { Coords } from './types.ts'

/**
 * Lays `size` ranks out in a grid whose sides are as equal as possible, for `createCart`. No messages.
 *
 * @param dims one number per dimension: 0 to have it chosen, anything else is kept as it is
 * @returns the dims whose product is `size`. Those chosen are in non-increasing order, and no others have a
 *   smaller difference between the largest and the smallest: `dimsCreate(12, [0, 0])` is `[4, 3]`.
 * @throws CountError if a number is negative, or if `size` is not a multiple of those kept
 * @see MPI-4.1 §8.5.2, MPI_Dims_create; examples/mpi/14-cartesian-halo.ts
 */
export function dimsCreate<const D extends readonly number[]>(size: number, dims: D): Coords<D> {
  const where = `dimsCreate(${String(size)}, ${Array.isArray(dims) ? `[${dims.join(', ')}]` : String(dims)})`
  if (!Number.isSafeInteger(size) || size < 1)
    throw new CountError(`${where}: the number of ranks must be an integer, 1 or more`)
  if (!Array.isArray(dims))
    throw new CountError(`${where}: give a list with one number per dimension, 0 to have it chosen`)
  const bad = dims.findIndex((n) => !Number.isSafeInteger(n) || n < 0)
  if (bad >= 0) {
    throw new CountError(
      `${where}: dims[${bad}] is ${String(dims[bad])}; give an integer, 1 or more, or 0 to have it chosen`,
    )
  }
  const kept = (dims as readonly number[]).filter((n) => n > 0)
  const product = kept.reduce((a, b) => a * b, 1)
  const free = dims.length - kept.length
  if (size % product !== 0) {
    throw new CountError(
      `${where}: ${size} is not a multiple of ${shown(kept)}; change them, or put 0 where any number will do`,
    )
  }
  if (free === 0 && product !== size) {
    throw new CountError(
      `${where}: no dimension is free, and ${shown(kept)} is not ${size}; put 0 where any number will do`,
    )
  }
  const chosen = balanced(size / product, free)
  return (dims as readonly number[]).map((n) => (n > 0 ? n : chosen.shift()!)) as Coords<D>
}

function shown(factors: readonly number[]): string {
  const product = factors.reduce((a, b) => a * b, 1)
  return factors.length > 1 ? `${factors.join(' × ')} = ${product}` : String(product)
}

/**
 * `n` as a product of `parts` factors in non-increasing order, with the smallest difference between first and
 * last; among equals the one with the smaller first factor, then second, and so on.
 *
 * A search through the divisors: the k factors still to be found, of product m, begin with one of at least
 * m^(1/k). The smallest of all is at most n^(1/parts), so once the first is further above that than the best
 * difference found, nothing better can follow. That is soon, because the first ones tried are the most equal.
 */
function balanced(n: number, parts: number): number[] {
  if (parts === 0) return []
  const divisors = divisorsOf(n)
  let best: number[] = []
  let bestSpread = Number.POSITIVE_INFINITY
  const found: number[] = []
  const search = (rest: number, left: number): void => {
    if (left === 0) {
      const spread = found[0]! - found[parts - 1]!
      if (spread >= bestSpread) return
      bestSpread = spread
      best = [...found]
      return
    }
    const most = found[found.length - 1] ?? n
    for (const divisor of divisors) {
      if (divisor > most || divisor > rest) return
      if (rest % divisor !== 0 || !reaches(divisor, left, rest)) continue
      if (found.length === 0 && reaches(divisor - bestSpread, parts, n)) return
      found.push(divisor)
      search(rest / divisor, left - 1)
      found.pop()
    }
  }
  search(n, parts)
  return best
}

/** Whether `base` to the power of `exponent` is at least `n`, which is 1 or more. */
function reaches(base: number, exponent: number, n: number): boolean {
  if (base < 1) return false
  let power = 1
  for (let i = 0; i < exponent && power < n; i++) power *= base
  return power >= n
}

/** All divisors of `n`, in increasing order. */
function divisorsOf(n: number): number[] {
  const small: number[] = []
  const large: number[] = []
  for (let d = 1; d * d <= n; d++) {
    if (n % d !== 0) continue
    small.push(d)
    if (d * d !== n) large.unshift(n / d)
  }
  return [...small, ...large]
}
