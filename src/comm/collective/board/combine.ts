/**
 * Combining the operands that all ranks show, in one fixed order.
 *
 * They are bracketed by rank alone; see bracket.ts.
 */

import type { Board } from '../../../transport/board.ts'
import type { Block } from '../../../wire/block.ts'
import { ctorOf, elementSize, type Raw, type TypeCode } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import { largestPowerBelow } from './bracket.ts'
import { AT_A_STRETCH, rest, type Steps } from './steps.ts'

/** Operands are combined in blocks of so many bytes, which stay in a core's cache with a few partials. */
const BLOCK_BYTES = 64 << 10

/** Numbers of scratch memories: this rank's own operand, two others', and partials from here on. */
const OWN = 0
const LEAF = 1
const PARTIAL = 3

/**
 * Combines elements `start` up to, not including, `end` of the operands of the ranks 0 to n - 1 to `out`, which
 * has room for just these. All but this rank's have been shown, beginning with element 0.
 *
 * `own`: this rank's operand, of the same elements as are shown; null: as this rank has shown it, in its cell.
 * `inPlace`: `out` lies in `own`.
 */
export function combineShown(
  board: Board,
  op: Op,
  type: TypeCode,
  own: Raw | null,
  inPlace: boolean,
  n: number,
  start: number,
  end: number,
  out: Raw,
): void {
  if (start === end) return
  const step = BLOCK_BYTES / elementSize(type)
  // Combining two operands reads each element before it writes it; with more, partials would overwrite ours.
  const shown = new Shown(board, op, type, own, inPlace && n > 2)
  if (end - start <= step) return shown.combine(n, start, end - start, out)
  for (let at = start; at < end; at += step) {
    const length = Math.min(step, end - at)
    shown.combine(n, at, length, out.subarray(at - start, at - start + length))
  }
}

/** The same, giving way now and then. */
export function* combineLong(
  board: Board,
  op: Op,
  own: Block,
  inPlace: boolean,
  n: number,
  start: number,
  end: number,
  out: Block,
): Steps<void> {
  const stretch = AT_A_STRETCH / elementSize(own.type)
  const mine = own.array()
  const result = out.array()
  for (let at = start; at < end; at += stretch) {
    if (at > start) yield rest(board)
    const last = Math.min(end, at + stretch)
    const part = result.subarray(at - start, last - start)
    combineShown(board, op, own.type, mine, inPlace, n, at, last, part)
  }
}

class Shown {
  readonly #board: Board
  readonly #op: Op
  readonly #type: TypeCode
  readonly #own: Raw | null
  readonly #mustCopy: boolean
  /** The block that is being combined. */
  #start = 0
  #count = 0

  constructor(board: Board, op: Op, type: TypeCode, own: Raw | null, mustCopy: boolean) {
    this.#board = board
    this.#op = op
    this.#type = type
    this.#own = own
    this.#mustCopy = mustCopy
  }

  combine(n: number, start: number, count: number, out: Raw): void {
    this.#start = start
    this.#count = count
    if (this.#mustCopy) (this.#room(OWN) as Uint8Array).set(this.#mine(this.#own!) as Uint8Array)
    this.#range(0, n, out, PARTIAL)
  }

  #range(first: number, n: number, out: Raw, scratch: number): void {
    if (n === 1) return (out as Uint8Array).set(this.#operand(first, LEAF) as Uint8Array)
    if (n === 2) {
      return this.#op.combineArrays(this.#operand(first, LEAF), this.#operand(first + 1, LEAF + 1), out)
    }
    const half = largestPowerBelow(n)
    this.#range(first, half, out, scratch)
    let high: Raw
    if (n - half === 1) high = this.#operand(first + half, LEAF)
    else {
      high = this.#room(scratch)
      this.#range(first + half, n - half, high, scratch + 1)
    }
    this.#op.combineArrays(out, high, out)
  }

  #operand(rank: number, scratch: number): Raw {
    if (rank === this.#board.rank && this.#own !== null)
      return this.#mustCopy ? this.#room(OWN) : this.#mine(this.#own)
    return this.#board.operand(rank, this.#type, this.#start * elementSize(this.#type), this.#count, scratch)
  }

  #mine(own: Raw): Raw {
    return this.#count === own.length ? own : own.subarray(this.#start, this.#start + this.#count)
  }

  #room(scratch: number): Raw {
    const memory = this.#board.scratch(scratch, this.#count * elementSize(this.#type))
    return new (ctorOf(this.#type)!)(memory, 0, this.#count)
  }
}
