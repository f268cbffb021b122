/**
 * A board: memory in which the ranks of one communicator, all on one host, show each other their parts of a
 * collective call, without a message between them.
 *
 * Every rank has a few cells that all others can read. A call takes one round or several, which all ranks count
 * alike. In a round a rank may *show* a block: a copy of it in its next cell or, if it is too long for that and
 * ranks can fetch from each other's memory, the place where it lies. Others ask whether it *came*, read, and
 * *leave* the round, after which nothing they have read is needed any more. A rank shows its part of a round
 * only after it has done with the round before. A cell is used again when all have left the round it was shown
 * in, so a rank may be a few rounds ahead of the others, and no further.
 *
 * What is shown says to which call it belongs, by number, signature and a key made of all calls so far. A rank
 * that finds another's key different from its own throws {@link Disagreement}: the ranks are in different
 * calls, or have been. So every look at another rank also checks all calls up to then.
 *
 * Nothing here waits. What cannot go on yet says so, and `awaited` says because of which rank.
 */

import type { Block } from '../wire/block.ts'
import type { Raw, TypeCode } from '../wire/datatype.ts'

/** A collective call, as ranks tell each other which one they are in. */
export interface CallNote {
  /** Number of the call in the communicator. */
  readonly seq: number
  readonly kind: number
  readonly root: number
  readonly op: number
  readonly type: TypeCode
  readonly count: number
}

/** The ranks disagree about their calls. */
export class Disagreement extends Error {
  /** The rank that is, or was, in another call; in the board's numbers. */
  readonly peer: number
  /** What was found, for where nobody remembers two calls that differ. */
  readonly detail: string | null

  constructor(peer: number, detail: string | null = null) {
    super(`rank ${peer} is in another collective call`)
    this.peer = peer
    this.detail = detail
  }
}

/** A rank's memory cannot be read, though it had been possible: it is probably dead. */
export class Unreadable extends Error {
  readonly peer: number

  constructor(peer: number) {
    super(`the memory of rank ${peer} cannot be read`)
    this.peer = peer
  }
}

/** In `awaited`: nothing is waited for; the call only gives way. */
export const NOBODY = -1

/** In `awaited`: what is waited for comes by messages, and no look at the board will show it. */
export const ELSEWHERE = -2

export interface Board {
  readonly rank: number
  readonly size: number
  /** Longest block that a cell takes, in bytes; a multiple of 8. */
  readonly cellBytes: number
  /** Whether longer blocks can be shown, by saying where they are. */
  readonly canFetch: boolean
  /** The rank without which the last question answered by false could not be answered by true; NOBODY; ELSEWHERE. */
  awaited: number

  // ---- calls ----------------------------------------------------------------------------------

  /**
   * Begins a call whose rounds follow. `exact`: every rank knows type and count, so they are part of the key.
   */
  begin(
    seq: number,
    kind: number,
    root: number,
    op: number,
    type: TypeCode,
    count: number,
    exact: boolean,
  ): void
  /** Tells the others of a call that goes by messages. */
  note(
    seq: number,
    kind: number,
    root: number,
    op: number,
    type: TypeCode,
    count: number,
    exact: boolean,
  ): void
  /**
   * For a call that waits: tells the others which one it is, and looks whether the rank that is waited for is in
   * another, or has gone past this round. From now on only changes by that rank wake this one, if it sleeps. True:
   * they did not until now, so the call must look once more. @throws Disagreement
   */
  examine(): boolean
  /** The calls of `peer` that can still be seen, in no order. */
  callsOf(peer: number): CallNote[]
  /** How far `peer` has come: calls made, and its key after them. Safe to compare when nobody makes calls any more. */
  progressOf(peer: number): { readonly calls: number; readonly key: number; readonly hasClosed: boolean }
  /** This rank makes no more calls. */
  close(): void
  /** Wipes everything, for a new communicator. Only before any rank uses it. */
  reset(): void

  // ---- showing --------------------------------------------------------------------------------

  /** Whether this rank's next cell is free. Before every `show…`. */
  isFree(): boolean
  /**
   * Begins the next round by showing `block`; null: nothing, as one who only reads. True: the others read it
   * where it is, so it must stay as it is until they have left. `total` is for them to see.
   */
  show(block: Block | null, total?: number): boolean
  /** The same for an array of element type `type` that fits a cell. */
  showArray(array: Raw, type: TypeCode, total?: number): void
  /** Begins the next round by showing one number. */
  showNumber(value: number): void
  /** Begins the next round without showing anything: others must not wait for this rank in it. */
  pass(): void

  // ---- reading, in the current round ----------------------------------------------------------

  /** Whether `peer` has shown its part. @throws Disagreement */
  came(peer: number): boolean
  /** Whether all other ranks have. @throws Disagreement */
  allCame(): boolean
  typeOf(peer: number): TypeCode
  /** Length of what `peer` shows, in bytes. */
  bytesOf(peer: number): number
  totalOf(peer: number): number
  numberOf(peer: number): number
  /** Copies `count` elements from element `from` on of the array in the cell of `peer` to those of `into` from `to` on. */
  readArray(peer: number, type: TypeCode, from: number, count: number, into: Raw, to: number): void
  /** Copies bytes from `offset` on of what `peer` shows. @throws Unreadable */
  read(peer: number, offset: number, into: Block): void
  /**
   * `count` elements of `type` from byte `offset` on of what `peer` shows: where they are, or fetched into
   * `scratch`. Valid until this rank leaves the round. @throws Unreadable
   */
  operand(peer: number, type: TypeCode, offset: number, count: number, scratch: number): Raw
  /** Memory of this rank's own, the same at every call with this number. Valid until the call is over. */
  scratch(index: number, bytes: number): ArrayBuffer

  // ---- leaving --------------------------------------------------------------------------------

  /** This rank has read all that it wants of this round. Not needed where every rank waits for every other. */
  leave(): void
  /** Whether `peer` has left this round. */
  left(peer: number): boolean
  /** Whether all other ranks have. */
  allLeft(): boolean
}
