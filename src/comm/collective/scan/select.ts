/**
 * Which way scan and exscan take.
 *
 *     on a board       item, number             every rank gets the operands of those below, and combines them
 *                      array up to a cell       the same
 *                      longer, up to 4 ranks    the same, window by window, if the op is elementwise
 *     by messages      array of many segments   from rank to rank, a segment at a time (chain.ts), if the op is
 *                                               elementwise
 *                      anything else            distance doubling (scan.ts, exscan.ts), in which no rank combines
 *                                               more than lg p operands
 *                      bracketed by rank alone  by blocks, as on a board
 */

import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import { allocate, elementSize, ITEM, type Raw, rawType, type TypeCode } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import { arrays, finishedOn, type Steps } from '../board/steps.ts'
import { type Item, ItemsCarrier } from '../carrier/items.ts'
import { NumbersCarrier } from '../carrier/numbers.ts'
import { WholeArraysCarrier } from '../carrier/whole-arrays.ts'
import { where } from '../check.ts'
import { checkPair, contribute } from '../contribution.ts'
import type { Scope } from '../endpoint.ts'
import { NUMBER, signature } from '../signature.ts'
import type { IntoOptions } from '../types.ts'
import { SEGMENT_BYTES } from './chain.ts'
import { scanByWindows, scanItems, scanNumber, scanWhole, scanWholeArrays } from './on-board.ts'

/** So many ranks at most combine all that they need of long vectors themselves. */
const FEW_RANKS = 4

/** Whether operands by messages go from rank to rank: in n/s + p - 2 steps of a segment, of which doubling takes lg p n/s. */
export function isChained(op: Op, own: unknown, size: number, byRank: boolean): own is Block {
  if (!(own instanceof Block) || !op.elementwise || byRank) return false
  const segments = own.byteLength / SEGMENT_BYTES
  return segments + size - 2 <= Math.ceil(Math.log2(size)) * segments
}

/** The scan of the operands of the first `n` ranks, on a board; null: by messages. */
export function scanOnBoard(
  scope: Scope,
  board: Board,
  call: 'scan' | 'exscan',
  value: unknown,
  op: Op,
  n: number,
  options: IntoOptions | undefined,
): Promise<unknown> | null {
  const into = options?.into
  const start = <T>(type: TypeCode, count: number, steps: Steps<T>): Promise<T> =>
    scope.onBoard(signature(call, { op: op.code, type, count }), options, steps)
  if (typeof value === 'number' && into === undefined) {
    op.check(value, where(scope, call))
    const carrier = new NumbersCarrier(op)
    return start(NUMBER, 1, finishedOn(n > 0, carrier, scanNumber(board, carrier, value, n)))
  }
  const type = rawType(value)
  if (type !== ITEM && op.elementwise) {
    op.check(value, where(scope, call))
    const input = value as Raw
    const { length } = input
    const isWhole = length * elementSize(type) <= board.cellBytes
    if (!isWhole && board.size > FEW_RANKS) return null
    const inPlace = checkPair(scope, call, input, type, into)
    const result = n === 0 ? undefined : (into ?? allocate(type, length))
    if (isWhole) return start(type, length, scanWhole(board, op, type, input, inPlace, n, result))
    const out = result && Block.of(result)
    const steps = scanByWindows(board, op, Block.of(input), inPlace, n, out)
    return start(type, length, arrays(steps, result))
  }
  const { carrier, own, type: kind, count } = contribute(scope, call, value, op, into)
  if (carrier instanceof ItemsCarrier)
    return start(kind, count, finishedOn(n > 0, carrier, scanItems(board, carrier, own as Item, n)))
  if (!(carrier instanceof WholeArraysCarrier) || (own as Raw).byteLength > board.cellBytes) return null
  return start(kind, count, finishedOn(n > 0, carrier, scanWholeArrays(board, carrier, own as Raw, n)))
}
