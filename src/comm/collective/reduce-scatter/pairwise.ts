import type { Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'
import { inOrder, windowed } from '../exchange.ts'

/**
 * Pairwise exchange: every rank sends block s of its values to rank s, and combines what it gets.
 *
 * A rank r takes the blocks from r - 1 down to 0, each to be put in front of what it has, and then those
 * from the last rank down to r + 1, which grow a second partial in the same way; at the end the second one
 * goes behind the first. So operands are combined in rank order, for any op, though in every step all ranks
 * have different peers. Any number of ranks; (p - 1)(alpha + n beta / p + n gamma / p), and of the latencies
 * only one is seen when `ahead`, the number of steps under way at once, is p - 1.
 *
 * `blocks` are this rank's values, one block for each rank. Resolves to the result for this rank.
 */
export async function pairwise<P>(
  endpoint: Endpoint,
  carrier: Carrier<P>,
  blocks: readonly P[],
  ahead: number,
): Promise<P> {
  const { rank, size } = endpoint
  let low: P = blocks[rank]!
  const high: P[] = [] // none or one
  const sourceOf = (step: number): number => (rank + size - 1 - step) % size
  const put = (theirs: P, before: P): P => {
    const both = carrier.combine(theirs, before, theirs)
    carrier.release(before)
    return both
  }
  const receiving = inOrder(
    size - 1,
    ahead,
    (step) => carrier.receive(endpoint, sourceOf(step)),
    (theirs, step) => {
      if (sourceOf(step) < rank) low = put(theirs, low)
      else high[0] = high.length === 0 ? theirs : put(theirs, high[0] as P)
    },
  )
  const sending = windowed(size - 1, ahead, (step) => {
    const dest = (rank + 1 + step) % size
    return carrier.send(endpoint, blocks[dest]!, dest)
  })
  await Promise.all([receiving, sending])
  return high.length === 0 ? low : carrier.combine(low, high[0] as P, high[0] as P)
}
