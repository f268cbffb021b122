/**
 * What one ZeroMQ message between two ranks looks like.
 *
 *     head     0  u8  kind    1  u8  flags    4  u32  sequence    8  f64  taken   16  f64  taken frames
 *     record   0  u32 length  4  u32 1 if outside   8  frame header (64 bytes)   72  body, padded to 8
 *     record   …
 *
 * `taken` is how much the writer has taken from the reader of this message: every message acknowledges, an acknowledgement alone is a message without records. The body of the last record may
 * travel outside, as a second part of the message, so that a large one is not copied. Little-endian; all
 * offsets are multiples of 8, so that a body is aligned for any element type.
 */

import { InvariantError } from '../../errors.ts'
import { decodeFrame, encodeFrame, type Frame, HEADER_BYTES } from '../../wire/frame.ts'

export const MessageKind = {
  /** Comes first on a connection: who is speaking, for which job. */
  HELLO: 1,
  RECORDS: 2,
} as const

export const MessageFlag = {
  /** Acknowledge at once. */
  ACK_NOW: 1,
} as const

export const HEAD_BYTES = 24
const RECORD_PREFIX = 8
/** What a record takes besides its body. */
export const RECORD_BYTES = RECORD_PREFIX + HEADER_BYTES

const EMPTY = new Uint8Array(0)

export function padded(length: number): number {
  return (length + 7) & ~7
}

export interface Head {
  kind: number
  flags: number
  sequence: number
  /** Bytes of records, and frames, that the writer has taken so far. */
  taken: number
  takenFrames: number
}

export function writeHead(view: DataView, head: Head): void {
  view.setUint8(0, head.kind)
  view.setUint8(1, head.flags)
  view.setUint16(2, 0)
  view.setUint32(4, head.sequence, true)
  view.setFloat64(8, head.taken, true)
  view.setFloat64(16, head.takenFrames, true)
}

export function readHead(head: Head, view: DataView): void {
  if (view.byteLength < HEAD_BYTES) throw garbled('a message shorter than its head')
  head.kind = view.getUint8(0)
  head.flags = view.getUint8(1)
  head.sequence = view.getUint32(4, true)
  head.taken = view.getFloat64(8, true)
  head.takenFrames = view.getFloat64(16, true)
}

/** Writes everything of a record but its body at `at`. */
export function writeRecord(
  view: DataView,
  at: number,
  frame: Frame,
  length: number,
  outside: boolean,
): void {
  view.setUint32(at, length, true)
  view.setUint32(at + 4, outside ? 1 : 0, true)
  encodeFrame(frame, view, at + RECORD_PREFIX)
}

/**
 * Calls `visit` for each record of a message, with `frame` filled in and its body as a view of the message.
 * `bytes` is what the record counts against the window, on both sides.
 */
export function readRecords(
  view: DataView,
  second: Uint8Array | undefined,
  frame: Frame,
  visit: (body: Uint8Array, bytes: number) => void,
): void {
  const end = view.byteLength
  let at = HEAD_BYTES
  while (at < end) {
    if (at + RECORD_BYTES > end) throw garbled('half a record')
    const length = view.getUint32(at, true)
    const outside = view.getUint32(at + 4, true) === 1
    decodeFrame(frame, view, at + RECORD_PREFIX)
    at += RECORD_BYTES
    if (outside) {
      if (second?.length !== length || at !== end) throw garbled('a body of another length than announced')
      // A plain array: the slice() of a Buffer does not copy, which whoever keeps a body counts on.
      visit(new Uint8Array(second.buffer, second.byteOffset, length), RECORD_BYTES + length)
    } else {
      if (at + length > end) throw garbled('a body cut short')
      const body = length === 0 ? EMPTY : new Uint8Array(view.buffer, view.byteOffset + at, length)
      at += padded(length)
      visit(body, RECORD_BYTES + padded(length))
    }
  }
}

function garbled(what: string): InvariantError {
  return new InvariantError(`tsmpi internal error: received ${what}`)
}
