/**
 * What collective algorithms see of a communicator over several hosts: a board on each of them, and messages
 * between them.
 *
 * A call is one on all ranks, with one number and one signature. On every host it runs as steps on that host's
 * board; in between, one rank of each host, or several, exchange messages. So whatever one rank finds wrong, on
 * its board or in a message, is found as it would be on one host.
 */

import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import type { Steps } from '../board/steps.ts'
import { part } from '../board/windows.ts'
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

/** Number of the scratch memory for the blocks of several ranks; boards' own algorithms use others. */
export const RUN_SCRATCH = 65

/** Memory for blocks of `length` bytes of all ranks, host by host, cut in what each host has. */
export function runsOf({ members }: HostLayout, packed: Block, length: number): Block[] {
  let end = 0
  return members.map((ranks) => {
    const start = end
    end += ranks.length * length
    return part(packed, start, end)
  })
}

/** Copies blocks from where they lie host by host to where they lie rank by rank. */
export function unpackRuns({ members }: HostLayout, packed: Block, all: Block, length: number): void {
  members.flat().forEach((rank, i) => {
    part(all, rank * length, (rank + 1) * length).set(part(packed, i * length, (i + 1) * length))
  })
}

/** The blocks of each host's ranks one after another: where they lie, or copied. */
export function packRuns(layout: HostLayout, all: Block): Block[] {
  const length = all.byteLength / layout.hostOf.length
  if (layout.isInOrder) return runsOf(layout, all, length)
  const packed = Block.allocate(all.type, all.byteLength)
  layout.members.flat().forEach((rank, i) => {
    part(packed, i * length, (i + 1) * length).set(part(all, rank * length, (rank + 1) * length))
  })
  return runsOf(layout, packed, length)
}
