/**
 * An ordered set of ranks of the job, from which communicators are made (MPI-4.1 §7.3). Making and
 * combining groups is local: no messages.
 */

import { RankError } from '../errors.ts'

export class Group {
  /** Rank in the whole job of each member; the index is the rank in the group. */
  readonly ranks: readonly number[]
  /** This process's rank in the group; null if it is not a member. */
  readonly rank: number | null
  readonly #self: number
  readonly #index: ReadonlyMap<number, number>

  /** Internal: groups come from `comm.group` and from the operations below. `self`: this process's rank in the job. */
  constructor(ranks: readonly number[], self: number) {
    this.ranks = Object.freeze([...ranks])
    this.#self = self
    this.#index = new Map(ranks.map((rank, index) => [rank, index]))
    this.rank = this.#index.get(self) ?? null
  }

  /** Number of members. @see MPI-4.1 §7.3.1 */
  get size(): number {
    return this.ranks.length
  }

  /** The members of either group: those of this one in order, then the others of `other`. @see MPI-4.1 §7.3.2 */
  union(other: Group): Group {
    return this.#make([...this.ranks, ...other.ranks.filter((rank) => !this.#index.has(rank))])
  }

  /** The members of both groups, in the order of this one. @see MPI-4.1 §7.3.2 */
  intersection(other: Group): Group {
    return this.#make(this.ranks.filter((rank) => other.#index.has(rank)))
  }

  /** The members of this group that are not in `other`, in order. @see MPI-4.1 §7.3.2 */
  difference(other: Group): Group {
    return this.#make(this.ranks.filter((rank) => !other.#index.has(rank)))
  }

  /**
   * The members with the given ranks in this group, in the given order.
   * @throws RankError for a rank outside the group or named twice.
   * @see MPI-4.1 §7.3.2
   */
  include(ranks: readonly number[]): Group {
    this.#check(ranks, 'include')
    return this.#make(ranks.map((rank) => this.ranks[rank]!))
  }

  /**
   * All members but those with the given ranks in this group, in order.
   * @throws RankError for a rank outside the group or named twice.
   * @see MPI-4.1 §7.3.2
   */
  exclude(ranks: readonly number[]): Group {
    this.#check(ranks, 'exclude')
    const out = new Set(ranks)
    return this.#make(this.ranks.filter((_, rank) => !out.has(rank)))
  }

  /**
   * The ranks that members of this group have in `other`; null for those that are not in it.
   * @param ranks ranks in this group
   * @see MPI-4.1 §7.3.1
   */
  translateRanks(ranks: readonly number[], other: Group): (number | null)[] {
    this.#check(ranks, 'translateRanks', false)
    return ranks.map((rank) => other.#index.get(this.ranks[rank]!) ?? null)
  }

  /** `identical`: same members in the same order; `similar`: same members; else `unequal`. @see MPI-4.1 §7.3.1 */
  compare(other: Group): 'identical' | 'similar' | 'unequal' {
    if (this.size !== other.size || this.ranks.some((rank) => !other.#index.has(rank))) return 'unequal'
    return this.ranks.every((rank, index) => other.ranks[index] === rank) ? 'identical' : 'similar'
  }

  /** Internal: the rank in this group of a rank of the job, or null. */
  indexOf(jobRank: number): number | null {
    return this.#index.get(jobRank) ?? null
  }

  #make(ranks: readonly number[]): Group {
    return new Group(ranks, this.#self)
  }

  #check(ranks: readonly number[], operation: string, distinct = true): void {
    for (const rank of ranks) {
      if (!Number.isInteger(rank) || rank < 0 || rank >= this.size) {
        throw new RankError(`group.${operation}: ${rank} is not a rank of this group of ${this.size}`)
      }
    }
    if (distinct && new Set(ranks).size !== ranks.length) {
      throw new RankError(
        `group.${operation}: a rank is named twice in [${ranks.join(', ')}]; name each once`,
      )
    }
  }
}
