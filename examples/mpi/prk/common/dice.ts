/**
 * The dice that place the particles of pic: a linear congruential generator of 64 bits, two numbers for each cell of
 * the grid. Where in the sequence a cell's numbers are is known, so a rank throws for its own cells alone.
 */

const A = 6364136223846793005n
const C = 1442695040888963407n
const SEED = 27182818285n
const MOST_32 = 2 ** 32 - 1
const MOST_64 = 2n ** 64n - 1n

const low64 = (value: bigint): bigint => BigInt.asUintN(64, value)

export class Dice {
  #state = SEED

  /** Goes to where `count` numbers have been made since the beginning. */
  jump(count: number): void {
    // n steps make x to a x + c. Twice as many steps: a (a x + c) + c.
    let [a, c] = [A, C]
    this.#state = SEED
    for (let n = BigInt(count); n > 0n; n >>= 1n) {
      if (n & 1n) this.#state = low64(a * this.#state + c)
      ;[a, c] = [low64(a * a), low64((a + 1n) * c)]
    }
  }

  /**
   * A whole number of about `mean`, from two numbers of the sequence: with Gauss's distribution and a spread of 15 %,
   * or 0 or 1 where the mean is less than 1.
   */
  throw(mean: number): number {
    const [first, second] = [this.#next(), this.#next()]
    if (mean < 1) return Number(second % BigInt(MOST_32)) <= Math.floor(mean * MOST_32) ? 1 : 0
    const [u, v] = [first, second].map((value) => Number(value % MOST_64) / 2 ** 64) as [number, number]
    const deviation = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
    return Math.floor(deviation * 0.15 * mean + mean + 0.5)
  }

  #next(): bigint {
    this.#state = low64(A * this.#state + C)
    return this.#state
  }
}
