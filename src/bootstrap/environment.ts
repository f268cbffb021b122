/**
 * The environment variables through which a launcher tells a rank its place. README lists them.
 *
 * They are all public: what only boot.ts may know comes as the first message over the control channel, so
 * that processes which the script itself starts are never taken for ranks.
 */

/** How the ranks of a job reach those of other hosts. */
export interface Net {
  /** The address of this rank's host that the other hosts reach, such as `10.0.0.7` or `fd00::7`. */
  readonly address: string
  /** Ports a rank may listen on, both included; null: any. */
  readonly ports: { readonly first: number; readonly last: number } | null
  /** 256 bits that only this job's processes know, in hexadecimal digits. Comes over the control channel alone. */
  readonly secret: string
  /** Whether connections between hosts are encrypted; if not, a peer only proves that it knows the secret. */
  readonly encrypted: boolean
}

/** A rank's place in its job. */
export interface Place {
  readonly rank: number
  readonly size: number
  readonly localRank: number
  readonly localSize: number
  /** Number of this rank's host, from 0. */
  readonly nodeRank: number
  /** The host number of each rank. */
  readonly nodeOf: readonly number[]
  /** Whether the ranks of a host share memory, by the host's number. */
  readonly sharing: readonly boolean[]
  /** Null where all ranks are on one host. */
  readonly net: Net | null
  /** What decides how a reduction is bracketed: ranks and placement, or ranks alone, which costs time. */
  readonly bracketing: 'placement' | 'rank'
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

/** Which host of the job a process is on, where two of them are one machine. */
export const NODE_RANK_VARIABLE = 'TSMPI_NODE_RANK'

/** Variables of a rank's environment. */
export function publicVariables(
  place: Omit<Place, 'sharing' | 'net' | 'bracketing'>,
): Record<string, string> {
  return {
    TSMPI_RANK: String(place.rank),
    TSMPI_SIZE: String(place.size),
    TSMPI_LOCAL_RANK: String(place.localRank),
    TSMPI_LOCAL_SIZE: String(place.localSize),
    [NODE_RANK_VARIABLE]: String(place.nodeRank),
    [JOB_ID_VARIABLE]: place.jobId,
  }
}
