import type { Block } from '../../../wire/block.ts'
import type { Endpoint } from '../endpoint.ts'

// Sending to three children costs a rank little more than to one, and halves the levels of the tree. What
// is so long that three times its transfer outweighs a level's latency goes by scatter-allgather instead.
const RADIX = 4

/**
 * Tree: root sends to children, each of which sends on to its own (Träff's k-nomial tree, here k = 4).
 *
 * With ranks counted from root (vrank), a vrank's parent has its lowest digit to base 4 that is not zero
 * set to zero. Any number of ranks; log4(p) (alpha + 3 n beta) at most.
 *
 * Root passes the block; others `into` or, if they do not know what comes, null, and get new memory.
 */
export async function tree(
  endpoint: Endpoint,
  root: number,
  block: Block | null,
  into: Block | null,
): Promise<Block> {
  const known = block ?? (await takeFromParent(endpoint, root, into))
  await sendToChildren(endpoint, root, known)
  return known
}

/** Receives what the parent sends. */
export async function takeFromParent(endpoint: Endpoint, root: number, into: Block | null): Promise<Block> {
  const parent = parentOf(endpoint, root)
  if (into === null) return endpoint.recv(parent)
  await endpoint.recvInto(into, parent)
  return into
}

/** Sends `block` to all children, those with the largest subtrees first. */
export async function sendToChildren(endpoint: Endpoint, root: number, block: Block): Promise<void> {
  await Promise.all(childrenOf(endpoint, root).map((child) => endpoint.send(block, child)))
}

function parentOf({ rank, size }: Endpoint, root: number): number {
  const vrank = (rank - root + size) % size
  const weight = lowestDigit(vrank, size)
  return (vrank - (vrank % (weight * RADIX)) + root) % size
}

function childrenOf({ rank, size }: Endpoint, root: number): number[] {
  const vrank = (rank - root + size) % size
  const children: number[] = []
  for (let weight = lowestDigit(vrank, size) / RADIX; weight >= 1; weight /= RADIX) {
    for (let digit = 1; digit < RADIX && vrank + digit * weight < size; digit++) {
      children.push((vrank + digit * weight + root) % size)
    }
  }
  return children
}

/** The weight of the lowest digit of `vrank` that is not zero; of 0, that of a digit above all others. */
function lowestDigit(vrank: number, size: number): number {
  let weight = 1
  while (vrank === 0 ? weight < size : vrank % (weight * RADIX) === 0) weight *= RADIX
  return weight
}
