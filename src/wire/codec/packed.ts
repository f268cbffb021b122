/**
 * MessagePack, by msgpackr, for plain trees (src/wire/codec/plain-tree.ts).
 *
 * msgpackr is loaded by the first tree. It is never used with its default options, which lose data in
 * silence: a Float64Array, for one, arrives with its elements cut to bytes.
 */

import { createRequire } from 'node:module'
import type * as Msgpackr from 'msgpackr'
import { Form } from './form.ts'

/** msgpackr keeps the memory of its largest message for ever, unless it is given other. */
const KEPT_BYTES_MAX = 2 ** 24
const FRESH_BYTES = 8192

type Packer = Msgpackr.Packr & { useBuffer(buffer: Uint8Array): void }

interface Loaded {
  readonly packer: Packer
  /** Option of `pack`: leave one byte free in front. */
  readonly leaveOne: number
}

let loaded: Loaded | null = null

function load(): Loaded {
  const msgpackr = createRequire(import.meta.url)('msgpackr') as typeof Msgpackr
  const options = {
    // Plain maps: twice as fast as records for one message that must stand alone.
    useRecords: false,
    mapsAsObjects: true,
    structuredClone: false,
    moreTypes: false,
    // A method of a program's object is no business of ours.
    useToJSON: false,
    // Without it decoded binaries are views of the received bytes.
    copyBuffers: true,
    // Only a getter that gives something else the second time gets here.
    writeFunction: (f: unknown) => {
      throw new TypeError(`${String(f)} is a function`)
    },
  }
  const packer = new msgpackr.Packr(options as object) as Packer
  return { packer, leaveOne: msgpackr.RESERVE_START_SPACE | 1 }
}

export function encodePacked(tree: object): Uint8Array {
  loaded ??= load()
  const { packer, leaveOne } = loaded
  const bytes = packer.pack(tree, leaveOne)
  bytes[0] = Form.PLAIN
  if (bytes.buffer.byteLength > KEPT_BYTES_MAX) packer.useBuffer(Buffer.allocUnsafeSlow(FRESH_BYTES))
  return bytes
}

export function decodePacked(bytes: Uint8Array): unknown {
  loaded ??= load()
  // A view of its own, because msgpackr attaches a property to what it reads.
  return loaded.packer.unpack(bytes.subarray(1))
}
