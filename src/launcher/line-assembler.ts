/**
 * Cuts the output of one rank into complete lines, as bytes: nothing is decoded, so nothing can be damaged.
 *
 * A carriage return ends a piece as well: progress bars never write a newline.
 */

/** A line longer than this is passed on in parts. */
export const LONGEST_LINE_BYTES = 64 * 1024

const NEWLINE = 10
const RETURN = 13

export interface Piece {
  readonly bytes: Buffer
  /** Nothing of this line has been passed on before. */
  readonly starts: boolean
  /** The line is complete: another rank may write now. */
  readonly ends: boolean
}

export class LineAssembler {
  #parts: Buffer[] = []
  #length = 0
  #starts = true

  /** The pieces that `chunk` completes, in order. */
  push(chunk: Buffer): Piece[] {
    const out: Piece[] = []
    let from = 0
    while (from < chunk.length) {
      const end = endOfPiece(chunk, from)
      if (end < 0) break
      out.push(this.#take(chunk.subarray(from, end), true))
      from = end
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from))
    if (this.#length > LONGEST_LINE_BYTES) out.push(this.#take(Buffer.alloc(0), false))
    return out
  }

  /** What is left without a newline when the rank has ended. */
  end(): Piece | null {
    if (this.#length === 0 && this.#starts) return null
    return this.#take(Buffer.alloc(0), true)
  }

  #keep(part: Buffer): void {
    this.#parts.push(part)
    this.#length += part.length
  }

  #take(tail: Buffer, ends: boolean): Piece {
    const bytes = this.#parts.length === 0 ? tail : Buffer.concat([...this.#parts, tail])
    const piece = { bytes, starts: this.#starts, ends }
    this.#parts = []
    this.#length = 0
    this.#starts = ends
    return piece
  }
}

/** Index behind the next newline, or behind the last carriage return before it that does not belong to it. */
function endOfPiece(chunk: Buffer, from: number): number {
  const newline = chunk.indexOf(NEWLINE, from)
  if (newline >= 0) return newline + 1
  // At the very end a carriage return may be half of "\r\n".
  const last = chunk.lastIndexOf(RETURN, chunk.length - 2)
  return last >= from ? last + 1 : -1
}
