import type { Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'
import { fold } from '../fold.ts'

/**
 * Recursive doubling (Thakur, Rabenseifner, Gropp 2005): in the round of distance d a rank exchanges its
 * partial with the rank whose number differs in bit d, and both combine the two, so partials cover twice
 * the ranks after each round. Surplus ranks fold first (fold.ts).
 *
 * Partials cover neighbouring ranks and are combined in rank order, for any op. Both ranks of a pair
 * combine the same operands, so all ranks get the same bits.
 * lg p (alpha + n beta + n gamma), and 2 (alpha + n beta) + n gamma for folding.
 */
export async function recursiveDoubling<P>(endpoint: Endpoint, carrier: Carrier<P>, own: P): Promise<P> {
  const { vsize, vrank, partner, rankOf } = fold(endpoint.rank, endpoint.size)
  if (vrank < 0) {
    await carrier.send(endpoint, own, partner)
    return carrier.receive(endpoint, partner)
  }
  let mine = own
  if (partner >= 0) {
    const theirs = await carrier.receive(endpoint, partner)
    mine = carrier.combine(theirs, mine, theirs)
  }
  for (let distance = 1; distance < vsize; distance *= 2) {
    const vpeer = vrank ^ distance
    const peer = rankOf(vpeer)
    const [theirs] = await Promise.all([carrier.receive(endpoint, peer), carrier.send(endpoint, mine, peer)])
    const both = vpeer < vrank ? carrier.combine(theirs, mine, theirs) : carrier.combine(mine, theirs, theirs)
    carrier.release(mine)
    mine = both
  }
  if (partner >= 0) await carrier.send(endpoint, mine, partner)
  return mine
}
