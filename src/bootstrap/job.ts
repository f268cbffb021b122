/**
 * What a rank knows of its job and may ask of whoever started it: the only thing comm and launcher share.
 *
 * Under tsrun, boot.ts makes one over the control channel before the script runs; without a launcher the
 * process is a job of one. Address cards are opaque strings: the transport writes and reads them.
 */

import type { Place } from './environment.ts'

/** Something that happened to another rank. Delivered in order, from the event loop. */
export type JobEvent =
  /**
   * `rank` is done: it received all it wanted and everything it sent has been taken. Its process usually
   * goes on until all are finished, and takes messages to report them as never received; `left`: it has ended.
   */
  | { readonly kind: 'finished'; readonly rank: number; readonly left: boolean }
  /** `rank` died. The job is about to end. */
  | { readonly kind: 'failed'; readonly rank: number; readonly reason: string }
  /** Some rank asks for this rank's address card; publish one. */
  | { readonly kind: 'want' }

/** What a rank is doing, for reports at a timeout, Ctrl-C or failure. */
export interface Activity {
  /** One line per pending operation, oldest first, such as `recv on world from rank 3, tag 7 (4.2 s)`. */
  readonly pending: readonly string[]
  /** The operation completed last, if any. */
  readonly last: string | null
}

export interface Job extends Place {
  /**
   * Makes a RankFailedError. Set by the library: the job was made by boot.ts, which has classes of its own, and a
   * program looks for those that it has imported.
   */
  makeError?: (message: string) => Error
  /** Makes this rank's address known to the job. Once. */
  publish(card: string): void
  /**
   * The card of `rank`, as soon as it has one; asks that rank for it, also if it has finished. Rejects with
   * RankFailedError if its process has ended.
   */
  card(rank: number): Promise<string>
  /** Receives all events, also those that came before the call. One listener. */
  listen(listener: (event: JobEvent) => void): void
  /** Says that this rank is done; resolves when every rank is. Holds the process alive meanwhile. */
  finish(): Promise<void>
  /** Ends the whole job with `code` and this process at once, without running another statement. */
  abort(code: number, why: string): never
  /**
   * The transport has lost `rank`. `end`: the job is ending or will end because of that, say nothing;
   * `continue`: the program is to see it, as a RankFailedError of whatever needs that rank.
   */
  lost(rank: number, reason: string): 'end' | 'continue'
  /** Asked for at a timeout, Ctrl-C or failure: must return at once. */
  describeWith(describe: () => Activity): void
  /**
   * Set what this process still owes the others; called inside the `exit` event of this process with the
   * exit code. A returned sentence means that the rank must not count as finished (`process.exit()` with
   * messages still on their way), and becomes the job's error if the code is 0.
   */
  owedAtExit(owed: () => string | null): void
}
