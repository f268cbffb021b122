import type { Job } from '../bootstrap/job.ts'
import { MAX_RANKS } from '../transport/shm/layout.ts'
import { type HostLayout, layoutOf } from './collective/hosts/layout.ts'

/** How these ranks of the job lie on hosts whose ranks share memory; null: there is nothing to gain from it. */
export function layoutIn({ nodeOf, sharing }: Job, ranks: readonly number[]): HostLayout | null {
  const shares = (node: number): boolean =>
    sharing[node] === true && nodeOf.filter((other) => other === node).length <= MAX_RANKS
  return layoutOf(
    ranks.map((rank) => nodeOf[rank]!),
    shares,
  )
}
