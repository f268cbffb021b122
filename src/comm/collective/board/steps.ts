/**
 * What collective algorithms on a board are written in.
 *
 * Such an algorithm goes on as far as it can inside the call, and gives way (`yield`) whenever a rank has not
 * come, or has not left, that it needs; whoever runs it continues it later. So a short call whose peers are
 * there is over before it returns, without a promise or an operation: that is why these are no async functions.
 */

import type { Board } from '../../../transport/board.ts'
import type { Block } from '../../../wire/block.ts'
import { type TypeCode, typeName } from '../../../wire/datatype.ts'

export type Steps<T> = Generator<undefined, T, undefined>

/** A rank has shown a block that does not fit where this rank wants it, though their signatures agree. */
export class UnfitBlock extends Error {
  readonly peer: number
  readonly detail: string

  constructor(peer: number, type: TypeCode, bytes: number, wanted: Block) {
    super(`rank ${peer} has shown an unfit block`)
    this.peer = peer
    this.detail =
      `rank ${peer} sent ${bytes} bytes of ${typeName(type)}, this rank expects ${wanted.byteLength} bytes of ` +
      `${typeName(wanted.type)}; all ranks must give the same element type and count`
  }
}

/** Bytes that are read before others get a turn: a millisecond or so. */
const AT_A_STRETCH = 4 << 20

/** Whether what is about to be read is so long that the program's other work should get a turn after it. */
export function isLong(bytes: number): boolean {
  return bytes >= AT_A_STRETCH
}

/** Gives way without waiting for anybody: for `yield rest(board)`. */
export function rest(board: Board): undefined {
  board.awaited = -1
}
