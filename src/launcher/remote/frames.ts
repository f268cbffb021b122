/**
 * The byte stream between the launcher and an agent on another host: frames in both directions.
 *
 * A frame is a 4-byte little-endian length, a byte for its kind, that many bytes, and a newline: srun hands on
 * what it reads line by line, and would keep the end of a frame back. Whatever stands behind lengths that are
 * out of bounds is not read: the stream is not ours then.
 */

import { LONGEST_LINE_BYTES } from '../line-assembler.ts'

export const KIND = { json: 1, output: 2, input: 3, file: 4 } as const

export type Kind = (typeof KIND)[keyof typeof KIND]

/** Files and input go in parts of this size, so that nothing waits long behind them. */
export const PART_BYTES = 64 * 1024

/** The longest payload of each kind. */
const LIMITS: Readonly<Record<Kind, number>> = {
  [KIND.json]: 64 * 1024 * 1024,
  // A piece of a line is at most as long as a kept line and one chunk of a pipe.
  [KIND.output]: LONGEST_LINE_BYTES + 1024 * 1024,
  [KIND.input]: PART_BYTES + 16,
  [KIND.file]: PART_BYTES + 16,
}

const HEAD_BYTES = 5
const NEWLINE = 10

export interface Frame {
  readonly kind: Kind
  readonly payload: Buffer
}

export function encodeFrame(kind: Kind, ...parts: readonly Uint8Array[]): Buffer {
  const head = Buffer.allocUnsafe(HEAD_BYTES)
  head.writeUInt32LE(
    parts.reduce((sum, part) => sum + part.length, 0),
    0,
  )
  head[4] = kind
  return Buffer.concat([head, ...parts, Buffer.from([NEWLINE])])
}

/** Cuts a byte stream into frames. Throws at the first thing that is none. */
export class FrameDecoder {
  #chunks: Buffer[] = []
  #length = 0
  /** With fewer bytes than this there is nothing to be done. */
  #needed = HEAD_BYTES

  /** The frames completed by `chunk`, in order. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#needed) return []
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    const out: Frame[] = []
    let at = 0
    for (;;) {
      this.#needed = HEAD_BYTES
      if (bytes.length - at < HEAD_BYTES) break
      const { kind, length } = readHead(bytes, at)
      this.#needed = HEAD_BYTES + length + 1
      if (bytes.length - at < this.#needed) break
      const end = at + HEAD_BYTES + length
      if (bytes[end] !== NEWLINE) throw new Error('a frame does not end where it should')
      out.push({ kind, payload: bytes.subarray(at + HEAD_BYTES, end) })
      at = end + 1
    }
    const rest = bytes.subarray(at)
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#length = rest.length
    return out
  }
}

function readHead(bytes: Buffer, at: number): { kind: Kind; length: number } {
  const length = bytes.readUInt32LE(at)
  const kind = bytes[at + 4] as Kind
  const limit = LIMITS[kind]
  if (limit === undefined) throw new Error(`there is no kind ${kind} of frames`)
  if (length > limit) throw new Error(`a frame of kind ${kind} claims ${length} bytes`)
  return { kind, length }
}
