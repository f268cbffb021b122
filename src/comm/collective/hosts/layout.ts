/**
 * How the ranks of a communicator lie on its hosts. Pure arithmetic: every rank computes the same.
 *
 * A *host* here is a set of ranks that share memory. So a machine whose ranks share none counts as one host per
 * rank, and the algorithms need not know of it.
 */

import type { Op } from '../../op.ts'

export class HostLayout {
  /** Ranks by host, in ascending order; hosts in the order of their first ranks, which are their leaders. */
  readonly members: readonly (readonly number[])[]
  /** By rank: its host, and its number there. */
  readonly hostOf: readonly number[]
  readonly numberOf: readonly number[]
  readonly leaders: readonly number[]
  /** Whether the ranks of every host follow each other, so that what a host combines is a run of ranks. */
  readonly isInOrder: boolean
  /**
   * Whether hosts are whole subtrees of the tree by which operands are bracketed (board/bracket.ts): equal powers
   * of two of ranks in order, of which the last may be incomplete.
   */
  readonly isAligned: boolean
  /** Ranks that every host has at least. */
  readonly least: number

  constructor(members: readonly (readonly number[])[]) {
    this.members = members
    const size = members.reduce((n, ranks) => n + ranks.length, 0)
    const hostOf: number[] = new Array(size)
    const numberOf: number[] = new Array(size)
    members.forEach((ranks, host) => {
      ranks.forEach((rank, number) => {
        hostOf[rank] = host
        numberOf[rank] = number
      })
    })
    this.hostOf = hostOf
    this.numberOf = numberOf
    this.leaders = members.map(([first]) => first!)
    this.isInOrder = members.flat().every((rank, i) => rank === i)
    const width = members[0]!.length
    const last = members.length - 1
    this.isAligned =
      this.isInOrder &&
      (width & (width - 1)) === 0 &&
      members.every(({ length }, host) => length === width || (host === last && length < width))
    this.least = Math.min(...members.map(({ length }) => length))
  }

  /** Whether operands may be combined host by host. `byRank`: they are to be bracketed as on one host. */
  mayReduce(op: Op, byRank: boolean): boolean {
    return byRank ? this.isAligned : this.isInOrder || op.commutative
  }

  /** The rank of each host that acts for it in a call with this root: its leader, and root itself. */
  actingFor(root: number): readonly number[] {
    if (this.numberOf[root] === 0) return this.leaders
    return this.leaders.map((leader, host) => (host === this.hostOf[root] ? root : leader))
  }
}

/**
 * Null: there is nothing to gain, because all ranks share memory, or none of them do.
 *
 * @param nodeOf the machine of each rank
 * @param shares whether the ranks of a machine share memory
 */
export function layoutOf(nodeOf: readonly number[], shares: (node: number) => boolean): HostLayout | null {
  const members: number[][] = []
  const hostOfNode = new Map<number, number[]>()
  nodeOf.forEach((node, rank) => {
    const known = hostOfNode.get(node)
    if (known !== undefined) {
      known.push(rank)
      return
    }
    const made = [rank]
    members.push(made)
    if (shares(node)) hostOfNode.set(node, made)
  })
  if (members.length === 1 || members.length === nodeOf.length) return null
  return new HostLayout(members)
}
