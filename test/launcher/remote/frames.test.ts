import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeFrame, FrameDecoder, KIND, type Kind } from '../../../src/launcher/remote/frames.ts'
import {
  decodeInput,
  decodeOutput,
  encodeFile,
  encodeInput,
  encodeOutput,
} from '../../../src/launcher/remote/messages.ts'

const kind = fc.constantFrom(...Object.values(KIND))

test('frames survive every way of cutting the stream', () => {
  const frames = fc.array(fc.tuple(kind, fc.uint8Array()))
  fc.assert(
    fc.property(frames, fc.array(fc.nat(30)), (all: [Kind, Uint8Array][], cuts) => {
      const bytes = Buffer.concat(all.map(([k, payload]) => encodeFrame(k, payload)))
      const decoder = new FrameDecoder()
      const out: [Kind, number[]][] = []
      let at = 0
      for (const cut of [...cuts, bytes.length]) {
        for (const frame of decoder.push(bytes.subarray(at, at + cut))) {
          out.push([frame.kind, [...frame.payload]])
        }
        at += cut
      }
      expect(out).toEqual(all.map(([k, payload]) => [k, [...payload]]))
    }),
  )
})

test('every frame ends a line', () => {
  expect(encodeFrame(KIND.json, Buffer.from('{}')).at(-1)).toBe(10)
})

describe('a stream that is not ours is refused before memory is taken for it', () => {
  test.each([
    ['HTTP/1.1 200 OK\r\n', 'there is no kind 47 of frames'],
    ['\xff\xff\xff\xff\x01', 'a frame of kind 1 claims 4294967295 bytes'],
    ['\x00\x00\x02\x00\x03', 'a frame of kind 3 claims 131072 bytes'],
    ['\x02\x00\x00\x00\x01{}x', 'a frame does not end where it should'],
  ])('%j', (text, message) => {
    expect(() => new FrameDecoder().push(Buffer.from(text, 'latin1'))).toThrow(message)
  })
})

test('output keeps its rank, its stream and its place in the line', () => {
  for (const starts of [true, false]) {
    for (const ends of [true, false]) {
      for (const stream of ['stdout', 'stderr'] as const) {
        const piece = { bytes: Buffer.from([0, 10, 255]), starts, ends }
        const [frame] = new FrameDecoder().push(encodeOutput(70_000, stream, piece))
        expect(decodeOutput(frame!)).toEqual({ rank: 70_000, stream, piece })
      }
    }
  }
})

test('input and files of any length go in parts; an empty input is its end', () => {
  const bytes = Buffer.alloc(200_000, 'abc')
  const inputs = new FrameDecoder().push(Buffer.concat(encodeInput(3, bytes))).map(decodeInput)
  expect(inputs.map((part) => [part.rank, part.bytes!.length])).toEqual([
    [3, 65536],
    [3, 65536],
    [3, 65536],
    [3, 3392],
  ])
  expect(Buffer.concat(inputs.map((part) => part.bytes!)).equals(bytes)).toBe(true)
  expect(new FrameDecoder().push(Buffer.concat(encodeInput(3, Buffer.alloc(0)))).map(decodeInput)).toEqual([
    { rank: 3, bytes: null },
  ])
  const files = new FrameDecoder().push(Buffer.concat(encodeFile(bytes)))
  expect(Buffer.concat(files.map((frame) => frame.payload)).equals(bytes)).toBe(true)
})
