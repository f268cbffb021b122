/** Reproducible frames and bodies; free of vitest, since rank processes use it too. */

import { Frame } from '../../src/wire/frame.ts'

/** A frame that names its place in a stream and can be told from every other one. */
export function numbered(n: number, bytes = 0): Frame {
  const frame = new Frame()
  frame.kind = 1
  frame.context = 7
  frame.tag = n
  frame.bytes = bytes
  frame.sendId = n
  return frame
}

const noise = makeNoise(1 << 21)

/** `length` bytes that depend on `seed`, in fresh memory. */
export function data(length: number, seed: number): Uint8Array {
  const at = ((seed * 7919) >>> 0) % (noise.length - length)
  return noise.slice(at, at + length)
}

/** Whether `bytes` is what {@link data} makes of `seed`; `expect().toEqual` takes seconds for a MiB. */
export function isData(bytes: Uint8Array, seed: number): boolean {
  return Buffer.compare(bytes, data(bytes.length, seed)) === 0
}

function makeNoise(length: number): Uint8Array {
  const words = new Uint32Array(length / 4)
  let x = 0x9e3779b9
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    words[i] = x
  }
  return new Uint8Array(words.buffer)
}
