/**
 * Makes the number of ranks a power of two, as halving and doubling need it.
 *
 * Of p = 2^k + s ranks the first 2s fold in pairs: each even one gives its value to the odd one above it,
 * sits out, and gets the result from it at the end (Thakur, Rabenseifner, Gropp 2005). The remaining ranks
 * are numbered again, by vrank, in the order of their ranks; so the values they hold stay in rank order.
 */

export interface Fold {
  /** 2^k, the number of ranks that take part. */
  readonly vsize: number
  /** This rank's number among them; -1 if it sits out. */
  readonly vrank: number
  /** The rank this one folds with, or -1. */
  readonly partner: number
  /** The rank behind a vrank. */
  readonly rankOf: (vrank: number) => number
}

export function fold(rank: number, size: number): Fold {
  let vsize = 1
  while (vsize * 2 <= size) vsize *= 2
  const surplus = size - vsize
  const rankOf = (vrank: number): number => (vrank < surplus ? 2 * vrank + 1 : vrank + surplus)
  if (rank >= 2 * surplus) return { vsize, vrank: rank - surplus, partner: -1, rankOf }
  const odd = rank % 2 === 1
  return { vsize, vrank: odd ? (rank - 1) / 2 : -1, partner: odd ? rank - 1 : rank + 1, rankOf }
}
