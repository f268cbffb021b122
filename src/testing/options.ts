import type { NetworkOptions } from '../transport/simulated/network.ts'

/** The death of a rank, as by SIGKILL, at a virtual time or after a number of events of the whole run. */
export type Kill =
  | { readonly rank: number; readonly atMs: number }
  | { readonly rank: number; readonly afterEvents: number }

export interface RunOptions {
  /**
   * Decides the schedule: the same seed and the same program give the same run. Drawn anew at every call if
   * not given, so that repeated tests see different schedules; every error names it.
   */
  readonly seed?: number
  /**
   * Messages longer than this, in bytes, wait at the sender until they are received; 0 makes every send
   * wait, the empty ones too. Default 4096. A program that only works because its sends do not wait
   * deadlocks here, as it would on other machines or with other sizes.
   */
  readonly eager?: number
  /** How long a frame travels, in virtual milliseconds: constant, [min, max], or computed. Default 0. */
  readonly delayMs?: NetworkOptions['delayMs']
  /**
   * Ranks that die on the way. The others see it as they would in a job: what needs a dead rank rejects
   * with a RankFailedError. A dead rank's place in the results is `undefined`.
   */
  readonly kill?: Kill | readonly Kill[]
  /** The host number of each rank, as `splitType('shared')` sees them. Default: all on one host. */
  readonly nodeOf?: readonly number[]
  /** Called with what is doubtful but no error, such as a message nobody received. Default: console.warn. */
  readonly onWarning?: (warning: string) => void
}
