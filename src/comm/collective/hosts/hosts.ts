/**
 * What collective algorithms see of a communicator over several hosts: a board on each of them, and messages
 * between them.
 *
 * A call is one on all ranks, with one number and one signature. On every host it runs as steps on that host's
 * board; in between, one rank of each host, or several, exchange messages. So whatever one rank finds wrong, on
 * its board or in a message, is found as it would be on one host.
 */

import type { Board } from '../../../transport/board.ts'
import type { Steps } from '../board/steps.ts'
import type { Endpoint } from '../endpoint.ts'
import type { HostLayout } from './layout.ts'

/** The hosts of a communicator, as one of its ranks sees them. */
export interface Hosts {
  readonly layout: HostLayout
  /** The number of this rank's host. */
  readonly here: number
  /** The board of the ranks of this host, numbered as in `layout`. */
  readonly board: Board
}

/** Messages that are under way beside the steps. */
export interface UnderWay<T> {
  /** Waits for them; throws what they have failed with. */
  end(): Steps<T>
}

/** The messages of one call. */
export interface Far {
  /** Runs `body` among these ranks, one of each host in the order of hosts; this rank must be one of them. */
  begin<T>(ranks: readonly number[], body: (endpoint: Endpoint) => Promise<T>): UnderWay<T>
  /** The same, and waits for it. */
  run<T>(ranks: readonly number[], body: (endpoint: Endpoint) => Promise<T>): Steps<T>
}
