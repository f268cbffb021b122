import type { Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'

/**
 * The operands of the first `n` ranks combined, bracketed by rank alone as on a board (board/bracket.ts): n = rank + 1
 * for scan, n = rank for exscan.
 *
 * A binomial tree combines blocks of 2^k ranks that begin at multiples of 2^k, each at its first rank. Any n is the
 * sum of such blocks, one for each of its bits, which come from their first ranks, and are combined from the last
 * one on. For any op and number of ranks; 2 lg p alpha and up to lg p operands of memory, and the first rank of a
 * block of 2^k sends it to up to 2^k others.
 *
 * With n = 0 the result means nothing.
 */
export async function byBlocks<P>(endpoint: Endpoint, carrier: Carrier<P>, own: P, n: number): Promise<P> {
  const { rank, size } = endpoint
  const before = n - rank
  const receiving: Promise<P>[] = []
  for (const { start } of blocksOf(n)) {
    if (start === rank) continue
    const block = carrier.receive(endpoint, start)
    // If one fails, the call fails with it; the others have then nobody to tell.
    block.catch(() => {})
    receiving.push(block)
  }
  const sending: Promise<void>[] = []
  let mine = own
  for (let length = 1; ; length *= 2) {
    const end = rank + 2 * length
    if (rank % (2 * length) !== 0) {
      if (rank + length <= size) sending.push(carrier.send(endpoint, mine, rank - length))
      break
    }
    // Those whose n has this block in it: it ends with it, or goes on by less than it is long.
    for (let reader = rank + length - before; reader < Math.min(end - before, size); reader++) {
      if (reader !== rank) sending.push(carrier.send(endpoint, mine, reader))
    }
    if (end > size) break
    const theirs = await carrier.receive(endpoint, rank + length)
    mine = carrier.combine(mine, theirs, theirs)
  }
  const blocks = await Promise.all(receiving)
  await Promise.all(sending)
  // This rank's own operand is a block of its own at the end, if at all.
  let result = n === rank + 1 && rank % 2 === 0 ? own : blocks.pop()
  for (const block of blocks.reverse()) result = carrier.combine(block, result as P, block)
  return result ?? own
}

/** The blocks that the first `n` ranks consist of, from the longest on. */
function blocksOf(n: number): { readonly start: number; readonly length: number }[] {
  const blocks: { start: number; length: number }[] = []
  let start = 0
  for (let length = 2 ** Math.floor(Math.log2(Math.max(n, 1))); length >= 1; length /= 2) {
    if (n - start < length) continue
    blocks.push({ start, length })
    start += length
  }
  return blocks
}
