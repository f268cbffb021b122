/**
 * Random numbers of 64 bits, as pairs of 32 (low, high): r becomes r << 1, and XOR 7 if a bit went over the edge. That
 * is multiplying by x among polynomials over GF(2) modulo x^64 + x^2 + x + 1, so number n is x^n, and one can start
 * anywhere.
 */

/** Numbers are made for so many streams at once. */
export const STREAMS = 1024

const START = 834568137686317453n

/** The state of all streams before their first step; stream j starts `spacing` · j + `offset` steps from START. */
export function makeStreams(spacing: number, offset: number): Uint32Array {
  const words = new Uint32Array(2 * STREAMS)
  const step = power(BigInt(spacing))
  const word = power(START + BigInt(offset))
  for (let j = 0; j < STREAMS; j++) {
    words.set(word, 2 * j)
    multiply(word, step)
  }
  return words
}

/** One step of every stream. */
export function nextOf(words: Uint32Array): void {
  const end = words.length
  for (let at = 0; at < end; at += 2) {
    const low = words[at]!
    const high = words[at + 1]! | 0
    words[at] = (low << 1) ^ ((high >> 31) & 7)
    words[at + 1] = (high << 1) | (low >>> 31)
  }
}

/** x^n, from its highest bit down: square, and multiply by x where the bit is set. */
function power(n: bigint): Uint32Array {
  const word = Uint32Array.of(1, 0)
  for (const bit of n.toString(2)) {
    multiply(word, word)
    if (bit === '1') nextOf(word)
  }
  return word
}

/** a *= b, bit by bit of b. The halves are plain integers of 32 bits: nothing is made in the loop. */
function multiply(a: Uint32Array, b: Uint32Array): void {
  let low = 0
  let high = 0
  let factorLow = a[0]! | 0
  let factorHigh = a[1]! | 0
  let bitsLow = b[0]! | 0
  let bitsHigh = b[1]! | 0
  while ((bitsLow | bitsHigh) !== 0) {
    const mask = -(bitsLow & 1)
    low ^= factorLow & mask
    high ^= factorHigh & mask
    const carry = (factorHigh >> 31) & 7
    factorHigh = (factorHigh << 1) | (factorLow >>> 31)
    factorLow = (factorLow << 1) ^ carry
    bitsLow = (bitsLow >>> 1) | (bitsHigh << 31)
    bitsHigh >>>= 1
  }
  a[0] = low
  a[1] = high
}
