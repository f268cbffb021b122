/**
 * The dice of a simulation: the same seed gives the same numbers on every machine and Node version.
 *
 * SplitMix with 32 bits of state (Steele, Lea, Flood: Fast splittable pseudorandom number generators,
 * OOPSLA 2014) and the finaliser of MurmurHash3. Statistically modest, but a schedule needs variety and
 * a cheap draw, not cryptography.
 */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
    // Neighbouring seeds start far apart only after the first steps.
    this.uint32()
  }

  /** An integer in 0 .. 2^32-1. */
  uint32(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let z = this.#state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }

  /** A number in 0 (included) .. 1 (excluded). */
  next(): number {
    return this.uint32() / 0x1_0000_0000
  }

  /** An integer in 0 .. n-1. */
  below(n: number): number {
    return Math.floor((this.uint32() / 0x1_0000_0000) * n)
  }
}

/** A seed for a run whose caller named none. */
export function drawSeed(): number {
  return Math.floor(Math.random() * 0x7fff_ffff)
}
