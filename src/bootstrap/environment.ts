/**
 * The environment variables through which a launcher tells a rank its place. README lists them.
 *
 * They are all public: what only boot.ts may know comes as the first message over the control channel, so
 * that processes which the script itself starts are never taken for ranks.
 */

/** A rank's place in its job. */
export interface Place {
  readonly rank: number
  readonly size: number
  readonly localRank: number
  readonly localSize: number
  /** Number of this rank's host, from 0. Ranks with equal numbers share memory. */
  readonly nodeRank: number
  /** The host number of each rank. */
  readonly nodeOf: readonly number[]
  readonly jobId: string
  /** As error messages call this rank's host. */
  readonly hostname: string
  /** A folder of mode 0700 on this host that goes with the job; null in a job of one. */
  readonly runtimeDir: string | null
  /** Descriptor of an empty file in memory that the ranks of this host share; null: they share no memory. */
  readonly segmentFd: number | null
}

/** By this variable a job's processes are found again when they have left their rank's process group. */
export const JOB_ID_VARIABLE = 'TSMPI_JOB_ID'

/** Variables of a rank's environment. */
export function publicVariables(place: Place): Record<string, string> {
  return {
    TSMPI_RANK: String(place.rank),
    TSMPI_SIZE: String(place.size),
    TSMPI_LOCAL_RANK: String(place.localRank),
    TSMPI_LOCAL_SIZE: String(place.localSize),
    TSMPI_NODE_RANK: String(place.nodeRank),
    [JOB_ID_VARIABLE]: place.jobId,
  }
}
