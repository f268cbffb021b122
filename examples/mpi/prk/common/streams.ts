/**
 * Random numbers of 64 bits, as pairs of 32 (low, high): r becomes r << 1, and XOR 7 if a bit went over the edge. That
 * is multiplying by x among polynomials over GF(2) modulo x^64 + x^2 + x + 1, so number n is x^n, and one can start
 * anywhere.
 */

/** Numbers are made for so many streams at once. */
export const STREAMS = 1024

const START = 834568137686317453n

type Word = readonly [low: number, high: number]

/** The state of all streams before their first step; stream j starts `spacing` · j + `offset` steps from START. */
export function makeStreams(spacing: number, offset: number): Uint32Array {
  const words = new Uint32Array(2 * STREAMS)
  const step = power(BigInt(spacing))
  let word = power(START + BigInt(offset))
  for (let j = 0; j < STREAMS; j++) {
    words[2 * j] = word[0]
    words[2 * j + 1] = word[1]
    word = multiply(word, step)
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
function power(n: bigint): Word {
  let word: Word = [1, 0]
  for (const bit of n.toString(2)) {
    word = multiply(word, word)
    if (bit === '1') word = timesX(word)
  }
  return word
}

function timesX([low, high]: Word): Word {
  return [((low << 1) ^ ((high >> 31) & 7)) >>> 0, ((high << 1) | (low >>> 31)) >>> 0]
}

function multiply(a: Word, b: Word): Word {
  let low = 0
  let high = 0
  let factor: Word = a
  for (let bit = 0; bit < 64; bit++) {
    const isSet = (bit < 32 ? b[0] >>> bit : b[1] >>> (bit - 32)) & 1
    if (isSet) {
      low ^= factor[0]
      high ^= factor[1]
    }
    factor = timesX(factor)
  }
  return [low >>> 0, high >>> 0]
}
