import type { Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'

/**
 * Binomial tree: in the round of distance d every rank that is an odd multiple of d sends its partial to the
 * rank d below and is done. Rank 0 ends with the result, and sends it on if another rank is root.
 *
 * The tree does not turn with root, so partials cover neighbouring ranks and are combined in rank order, for
 * any op; the result has the same bits whoever is root; and a rank with a different root in mind is found out
 * by its parent. Any number of ranks; lg p (alpha + n beta + n gamma), and alpha + n beta if root is not 0.
 *
 * Resolves to the result on root, to `undefined` elsewhere.
 */
export async function binomial<P>(
  endpoint: Endpoint,
  carrier: Carrier<P>,
  own: P,
  root: number,
): Promise<P | undefined> {
  const { rank, size } = endpoint
  let mine = own
  for (let distance = 1; distance < size; distance *= 2) {
    if (rank & distance) {
      await carrier.send(endpoint, mine, rank - distance)
      carrier.release(mine)
      return rank === root ? carrier.receive(endpoint, 0) : undefined
    }
    if (rank + distance >= size) continue
    const theirs = await carrier.receive(endpoint, rank + distance)
    const both = carrier.combine(mine, theirs, theirs)
    carrier.release(mine)
    mine = both
  }
  if (root === 0) return mine
  await carrier.send(endpoint, mine, root)
  return undefined
}
