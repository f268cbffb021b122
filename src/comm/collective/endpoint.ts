/**
 * All that a collective algorithm sees of the world: its rank, the number of ranks, and messages between
 * them. No transport, no communicator, no user value.
 *
 * Messages between two ranks within one call arrive in the order sent; nothing else needs a tag, because
 * messages of other calls are kept apart below. Every message an algorithm sends must be received by the
 * peer before the peer leaves the call: a message that comes after that is taken for a mismatch.
 *
 * When one operation fails, so does the call, on all ranks. An algorithm may then leave the promises of its
 * other operations to nobody; that they reject must not show.
 */

import type { Board } from '../../transport/board.ts'
import type { Block } from '../../wire/block.ts'
import type { Steps } from './board/steps.ts'
import type { Far, Hosts } from './hosts/hosts.ts'
import type { CallSignature } from './signature.ts'

export interface Endpoint {
  readonly rank: number
  readonly size: number
  /** Sends `block`; resolves when its memory may be overwritten. Posted inside the call. */
  send(block: Block, dest: number): Promise<void>
  /** Receives exactly `block.byteLength` bytes of `block.type` into `block`; any other message is a mismatch. */
  recvInto(block: Block, source: number): Promise<void>
  /** Receives a message of any type and length into new memory. */
  recv(source: number): Promise<Block>
}

/** What every collective takes in its options. */
export interface CollectiveOptions {
  /** Gives the call up when aborted, which breaks the communicator on all ranks. */
  readonly signal?: AbortSignal | undefined
  /** Gives the call up after so many milliseconds, which breaks the communicator on all ranks. */
  readonly timeout?: number | undefined
}

/** What a communicator gives to its collective calls. */
export interface Scope {
  readonly rank: number
  readonly size: number
  /** As error messages call the communicator: `world`, `world.split(1)`. */
  readonly label: string
  /**
   * Runs one collective call. The call takes its place in the communicator's order of calls now, not when
   * the promise settles; `body` starts inside this call. Every message it receives is checked against
   * `signature`; a mismatch, a timeout or an abort breaks the communicator on all ranks.
   * Errors of arguments are thrown before `call`, so that the order of calls stays as it was.
   */
  call<T>(
    signature: CallSignature,
    options: CollectiveOptions | undefined,
    body: (endpoint: Endpoint) => Promise<T>,
  ): Promise<T>
  /**
   * Makes a call of a communicator of one rank, on the same terms: it is over when this returns, and `work` is all
   * of it.
   */
  alone<T>(signature: CallSignature, options: CollectiveOptions | undefined, work: () => T): Promise<T>
  /** Where the ranks show each other their parts of a call; null: they have none, and must use messages. */
  readonly board: Board | null
  /**
   * Runs one collective call on the board, on the same terms. `steps` are gone as far as they go inside this
   * call. The choice between messages and the board must be the same on all ranks.
   */
  onBoard<T>(signature: CallSignature, options: CollectiveOptions | undefined, steps: Steps<T>): Promise<T>
  /** The hosts of a communicator over several, where ranks of a host have a board; else null. */
  readonly hosts: Hosts | null
  /**
   * Runs one collective call on the boards of all hosts and by messages between them, on the same terms. The
   * choice must be the same on all ranks.
   */
  onHosts<T>(
    signature: CallSignature,
    options: CollectiveOptions | undefined,
    start: (far: Far) => Steps<T>,
  ): Promise<T>
  /** Whether reductions are bracketed by rank alone (board/bracket.ts), whatever the placement. */
  readonly byRank: boolean
  /**
   * For what only the data of another rank can show (lengths that do not add up, for instance): an error
   * for `throw` inside a `body`; it breaks the communicator like a mismatch found in a header.
   */
  mismatch(call: string, detail: string): Error
}
