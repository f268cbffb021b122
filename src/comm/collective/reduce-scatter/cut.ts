/** Odd numbers whose bits look like chance. */
const LOW = 0x9e3779b1
const HIGH = 0x85ebca6b

/**
 * A number for how all ranks cut a vector: by it they find out that they gave different counts, almost certainly.
 * It has 48 bits, so it is a whole number as a double.
 */
export function cutOf(counts: readonly number[]): number {
  let low = 0
  let high = 0
  for (let i = 0; i < counts.length; i++) {
    low = turned(Math.imul(low ^ counts[i]!, LOW))
    high = turned(Math.imul(high + counts[i]!, HIGH))
  }
  return (high >>> 16) * 2 ** 32 + (low >>> 0)
}

/** Low bits of a product depend on low bits of its factors only; so they change places before the next one. */
function turned(word: number): number {
  return (word << 15) | (word >>> 17)
}
