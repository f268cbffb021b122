/** The hosts of a job: as asked for, as named with their slots, and with their ranks. */

/** How the command line asks for hosts. `unsaid`: the environment decides. */
export type HostRequest =
  /** The values of -H, in order. */
  | { readonly kind: 'list'; readonly texts: readonly string[] }
  /** --hostfile, as the user wrote it. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'unsaid' }

/** One host of a job, as the user or the resource manager names it. */
export interface HostEntry {
  /** An IPv6 address stands here without its brackets. */
  readonly name: string
  /** `alice@node5` names both. */
  readonly user: string | null
  /** How many ranks it takes. Null: as many as it has CPUs, which its agent tells. */
  readonly slots: number | null
  /** What --oversubscribe does not go beyond either. */
  readonly maxSlots: number | null
  /** Where it was named: "hosts:3", "-H", "Slurm job 17". */
  readonly origin: string
}

/** A host with its ranks. */
export interface PlacedHost {
  readonly entry: HostEntry
  readonly slots: number
  /** Ascending. */
  readonly ranks: readonly number[]
}
