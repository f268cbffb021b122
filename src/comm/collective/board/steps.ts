/**
 * What collective algorithms on a board are written in.
 *
 * Such an algorithm goes on as far as it can inside the call, and gives way (`yield`) whenever a rank has not
 * come, or has not left, that it needs; whoever runs it continues it later. So a short call whose peers are
 * there is over before it returns, without a promise or an operation: that is why these are no async functions.
 */

import { type Board, NOBODY } from '../../../transport/board.ts'
import type { Block } from '../../../wire/block.ts'
import { decodeItem } from '../../../wire/codec.ts'
import { ITEM, type TypeCode, typeName } from '../../../wire/datatype.ts'

export type Steps<T> = Generator<undefined, T, undefined>

/** What a rank has shown does not fit what this rank has, though their signatures agree. */
export class Unfit extends Error {
  readonly peer: number
  readonly detail: string

  constructor(peer: number, detail: string) {
    super(`rank ${peer} has shown something unfit`)
    this.peer = peer
    this.detail = detail
  }
}

/** A block of other type or length than the one that it should go to. */
export function unfitBlock(peer: number, type: TypeCode, bytes: number, wanted: Block): Unfit {
  return new Unfit(peer, unfitText(peer, type, bytes, wanted))
}

export function unfitText(peer: number, type: TypeCode, bytes: number, wanted: Block): string {
  return (
    `rank ${peer} sent ${bytes} bytes of ${typeName(type)}, this rank expects ${wanted.byteLength} bytes of ` +
    `${typeName(wanted.type)}; all ranks must give the same element type and count`
  )
}

/** Steps whose result is an array that they have filled. */
export function* arrays<T>(steps: Steps<unknown>, result: T): Steps<T> {
  yield* steps
  return result
}

/** Steps whose result is what a carrier makes of theirs. */
export function* finished<P>(carrier: { finish(partial: P): unknown }, steps: Steps<P>): Steps<unknown> {
  return carrier.finish(yield* steps)
}

/** The same where only some ranks have a result. */
export function* finishedOn<P>(
  isHere: boolean,
  carrier: { finish(partial: P): unknown },
  steps: Steps<unknown>,
): Steps<unknown> {
  const partial = yield* steps
  return isHere ? carrier.finish(partial as P) : undefined
}

/** Steps whose result is the value in the block that they have read: an item, or a typed array. */
export function* valueShown(steps: Steps<Block>): Steps<unknown> {
  const block = yield* steps
  return block.type === ITEM ? decodeItem(block.bytes()) : block.array()
}

/** Steps whose result is the list of the values of the items that they have got; undefined stays undefined. */
export function* values(steps: Steps<readonly Uint8Array[] | undefined>): Steps<unknown[] | undefined> {
  const items = yield* steps
  return items?.map((item) => decodeItem(item))
}

/** Bytes that are read before others get a turn: a millisecond or so. */
export const AT_A_STRETCH = 4 << 20

/** Whether what is about to be read is so long that the program's other work should get a turn after it. */
export function isLong(bytes: number): boolean {
  return bytes >= AT_A_STRETCH
}

/** Gives way without waiting for anybody: for `yield rest(board)`. */
export function rest(board: Board): undefined {
  board.awaited = NOBODY
}
