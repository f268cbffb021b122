/**
 * Which way scan and exscan take.
 *
 *     on a board       item, number             every rank gets the operands of those below, and combines them
 *                      array up to a cell       the same
 *     else             any                      distance doubling by messages (scan.ts), in which no rank
 *                                               combines more than lg p operands; by blocks, if bracketed by
 *                                               rank alone, as the others do
 */

import type { Board } from '../../../transport/board.ts'
import type { Block } from '../../../wire/block.ts'
import type { Raw } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import type { Steps } from '../board/steps.ts'
import { ElementsCarrier } from '../carrier/elements.ts'
import { type Item, ItemsCarrier } from '../carrier/items.ts'
import { NumbersCarrier } from '../carrier/numbers.ts'
import { WholeArraysCarrier } from '../carrier/whole-arrays.ts'
import type { Contribution } from '../carrier.ts'
import { scanItems, scanNumber, scanShown, scanWholeArrays } from './on-board.ts'

/** The scan of the operands of the first `n` ranks, on a board; null: by messages. */
export function selectScanOnBoard(
  board: Board | null,
  op: Op,
  { carrier, own }: Contribution,
  n: number,
): Steps<unknown> | null {
  if (board === null) return null
  if (carrier instanceof NumbersCarrier) return scanNumber(board, carrier, own as number, n)
  if (carrier instanceof ItemsCarrier) return scanItems(board, carrier, own as Item, n)
  if ((own as Block | Raw).byteLength > board.cellBytes) return null
  if (carrier instanceof WholeArraysCarrier) return scanWholeArrays(board, carrier, own as Raw, n)
  if (carrier instanceof ElementsCarrier) return scanElements(board, op, carrier, own as Block, n)
  return null
}

function* scanElements(board: Board, op: Op, carrier: ElementsCarrier, own: Block, n: number): Steps<Block> {
  const out = carrier.scratch()
  yield* scanShown(board, op, own, out, n)
  return out
}
