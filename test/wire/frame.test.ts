import { expect, test } from 'vitest'
import { decodeFrame, encodeFrame, Frame, FrameFlag, FrameKind, HEADER_BYTES } from '../../src/wire/frame.ts'

type Field = Exclude<keyof Frame, 'copyFrom'>

const u8 = [0, 1, 255]
const u32 = [0, 1, 2 ** 32 - 1]
const i32 = [0, -1, 2 ** 31 - 1, -(2 ** 31)]
const f64 = [0, -1, 2 ** 53, 5 * 2 ** 30 * 8]

/** Values at the ends of what each field holds. */
const extremes: Record<Field, number[]> = {
  kind: u8,
  flags: u8,
  type: u8,
  context: u32,
  source: i32,
  tag: i32,
  bytes: f64,
  offset: f64,
  sendId: u32,
  recvId: u32,
  callSeq: u32,
  callRoot: i32,
  callKind: u8,
  callOp: u8,
  callType: u8,
  callCount: f64,
}

const fields = Object.keys(extremes) as Field[]

function throughBytes(frame: Frame, at: number): Frame {
  // Memory that held something else before, as a recycled staging buffer does.
  const bytes = new Uint8Array(at + HEADER_BYTES + 8).fill(0xaa)
  const view = new DataView(bytes.buffer)
  encodeFrame(frame, view, at)
  expect(bytes.subarray(0, at).every((byte) => byte === 0xaa)).toBe(true)
  expect(bytes.subarray(at + HEADER_BYTES).every((byte) => byte === 0xaa)).toBe(true)
  const decoded = new Frame()
  decodeFrame(decoded, view, at)
  return decoded
}

test('the table of extremes names every field', () => {
  expect(Object.keys(new Frame()).sort()).toEqual([...fields].sort())
})

test.each(fields)('%s arrives, and changes no other field', (field) => {
  for (const value of extremes[field]) {
    const frame = new Frame()
    frame[field] = value
    expect(throughBytes(frame, 0)).toEqual(frame)
    expect(throughBytes(frame, 64)).toEqual(frame)
  }
})

test('all fields at once, in the documented places', () => {
  const frame = new Frame()
  for (const [i, field] of fields.entries()) frame[field] = i + 1
  expect(throughBytes(frame, 8)).toEqual(frame)
  const view = new DataView(new ArrayBuffer(HEADER_BYTES))
  encodeFrame(frame, view, 0)
  expect(view.getInt32(12, true)).toBe(frame.tag)
  expect(view.getFloat64(16, true)).toBe(frame.bytes)
  expect(view.getUint32(36, true)).toBe(frame.recvId)
  expect(view.getFloat64(56, true)).toBe(frame.callCount)
})

test('gaps are zeroed, so that no memory leaks out', () => {
  const bytes = new Uint8Array(HEADER_BYTES).fill(0xaa)
  encodeFrame(new Frame(), new DataView(bytes.buffer), 0)
  expect(bytes.every((byte) => byte === 0)).toBe(true)
})

test('copyFrom takes over every field', () => {
  const frame = new Frame()
  for (const [i, field] of fields.entries()) frame[field] = i + 1
  expect(new Frame().copyFrom(frame)).toEqual(frame)
})

test('codes are distinct and fit a byte', () => {
  for (const codes of [Object.values(FrameKind), Object.values(FrameFlag)]) {
    expect(new Set(codes).size).toBe(codes.length)
    for (const code of codes) expect(code > 0 && code < 256).toBe(true)
  }
})
