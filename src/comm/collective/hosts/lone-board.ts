import { InvariantError } from '../../../errors.ts'
import type { Board, CallNote } from '../../../transport/board.ts'
import type { Block } from '../../../wire/block.ts'
import type { Raw } from '../../../wire/datatype.ts'

/**
 * The board of a rank that is alone on its host: nobody looks at it, and everybody there has come. So one
 * algorithm does for hosts with many ranks and with one.
 */
export class LoneBoard implements Board {
  readonly rank = 0
  readonly size = 1
  readonly cellBytes = Number.MAX_SAFE_INTEGER
  readonly canFetch = true
  awaited = -1

  begin(): void {}

  note(): void {}

  examine(): boolean {
    return false
  }

  callsOf(): CallNote[] {
    return []
  }

  progressOf(): never {
    return nobody()
  }

  close(): void {}

  reset(): void {}

  isFree(): boolean {
    return true
  }

  show(_block: Block | null): boolean {
    return false
  }

  showArray(): void {}

  showNumber(): void {}

  pass(): void {}

  came(): boolean {
    return true
  }

  allCame(): boolean {
    return true
  }

  typeOf(): never {
    return nobody()
  }

  bytesOf(): never {
    return nobody()
  }

  totalOf(): never {
    return nobody()
  }

  numberOf(): never {
    return nobody()
  }

  readArray(): void {
    nobody()
  }

  read(): void {
    nobody()
  }

  operand(): Raw {
    return nobody()
  }

  /** New every time: with nobody to keep in step with, several calls may be under way. */
  scratch(_index: number, bytes: number): ArrayBuffer {
    return new ArrayBuffer(bytes)
  }

  leave(): void {}

  left(): boolean {
    return true
  }

  allLeft(): boolean {
    return true
  }
}

function nobody(): never {
  throw new InvariantError('a rank that is alone on its host reads from another one there')
}
