/**
 * What a transport offers beyond frames to ranks that share memory with this one. All of it is a shortcut:
 * a protocol that used none of it would be as right, and slower.
 *
 * - **Lanes** carry short messages without a frame object, an operation or an allocation, in the same order
 *   as the frames to the same peer.
 * - **Peer memory**: a receiver copies a long message straight out of the sender's memory.
 * - **Boards** let the ranks of one communicator show each other their parts of a collective call.
 * - **Common memory**: arrays that all ranks of the host have mapped.
 */

import type { Block } from '../wire/block.ts'
import type { Raw, TypeCode } from '../wire/datatype.ts'
import type { Frame } from '../wire/frame.ts'
import type { Board } from './board.ts'

/** What {@link Lane.peek} has found. */
export const Next = { NOTHING: 0, MESSAGE: 1, FRAME: 2 } as const

/**
 * The short way to one peer and from it.
 *
 * A message here is what an EAGER frame without a call signature is; on the other side it may equally be taken
 * from the lane or come as such a frame, and an EAGER frame sent may be found in the lane.
 */
export interface Lane {
  /** Longest message that `put` takes, in bytes. */
  readonly maxBytes: number
  /**
   * Sends a copy of `value` (of element type `type`; for an item its serialised bytes). False: nothing was
   * sent, because it is too long, there is no room now, or frames wait in front of it; send it as a frame.
   */
  put(context: number, source: number, tag: number, type: TypeCode, value: Raw): boolean
  /**
   * Looks at what comes next from the peer. MESSAGE: the fields below describe it; it stays until taken.
   * FRAME: something else, which only `poll` delivers. Looks at memory once and never waits.
   */
  peek(): number
  readonly context: number
  /** The sender's rank in the communicator of `context`. */
  readonly source: number
  readonly tag: number
  readonly type: TypeCode
  /** Length of the message that `peek` has found, in bytes. */
  readonly bytes: number
  /** Copies that message to the beginning of `into`, an array of its type and at least its length; removes it. */
  takeInto(into: Raw): void
  /** As `takeInto`, in a new array of the message's type (a Uint8Array for an item). */
  takeNew(): Raw
  /**
   * Of a FRAME that `peek` has found: whether it announces a message (RTS), whose header is written to `frame` then.
   */
  announcement(frame: Frame): boolean
  /** Removes the announcement: its message has been fetched. */
  takeAnnouncement(): void
  /** Gives `use` the bytes of that message, valid during the call only; then removes it, also if `use` throws. */
  takeBytes<T>(use: (bytes: Uint8Array) => T): T
}

/** Memory that all ranks of a host have mapped. */
export interface CommonMemory {
  /** Takes `bytes` of zeroed common memory; the returned place means the same to all ranks of the host. Throws if there is none. */
  takeMemory(bytes: number): number
  /** Common memory of this place as a buffer: the same buffer at every call. */
  memory(place: number, bytes: number): ArrayBuffer
}

export interface SharedMemory extends CommonMemory {
  /** Ranks of the job that share memory with this one, in ascending order, this one included. */
  readonly ranks: readonly number[]
  /** Whether no rank of this host has used the memory so far. */
  readonly isUntouched: boolean
  /** Whether ranks outnumber the cores they may use: then waiting without giving a core away only delays. */
  readonly isCrowded: boolean
  /** What this rank waits for from now on may take long: it sleeps without looking about for it. */
  relax(): void
  /** This rank has work of its own to go on with: it looks again soon, whatever `relax` has said before. */
  stir(): void
  /** Gives this rank's core to another process, if one wants it and the kernel agrees. */
  giveWay(): void
  /** The lane to and from `peer`; null for this rank itself and for ranks out of reach. */
  lane(peer: number): Lane | null
  /**
   * Whether the event loop has not turned for a while (some milliseconds), so that a program which always finds
   * its messages there should let it. Cheap enough to be asked after every message.
   */
  turnDue(): boolean
  /** Delivers frames that have come from `peer` to the sink, inside this call. Not from within the sink. */
  poll(peer: number): void
  /**
   * Calls `step` again and again while the transport is held, in each of its passes, until it returns true.
   * For whatever waits for a change of memory. `step` does not throw.
   */
  watch(step: () => boolean): void
  /** Calls off a `watch`. */
  unwatch(step: () => boolean): void

  /** Whether peers can copy from this rank's memory; probed once, at the beginning. */
  readonly canFetch: boolean
  /** Where a peer finds `block`, to be passed on to `fetch` there; 0: it cannot. */
  expose(block: Block): number
  /**
   * Copies `into.byteLength` bytes from what `peer` has exposed at `address`, from `offset` on. False: the
   * kernel refuses, or the peer is gone; nothing can be said about `into` then.
   */
  fetch(peer: number, address: number, offset: number, into: Block): boolean

  /** Takes a free board for a new communicator and returns its number; -1: there is none. */
  takeBoard(): number
  /** The board of this number for a communicator of these ranks of the job, all in `ranks`. */
  board(id: number, ranks: readonly number[]): Board
  /** Gives up this rank's use of a board; it is free again when all its ranks have. */
  freeBoard(id: number): void
}
