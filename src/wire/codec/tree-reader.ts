/** Reads what the tree writer wrote (src/wire/codec/tree-writer.ts), MessagePack by msgpackr. */

import { createRequire } from 'node:module'
import type * as Msgpackr from 'msgpackr'
import { LISTED_KEYS_MAX } from './form.ts'
import { Makers, type ObjectMaker } from './keys.ts'

/** So much is read from memory of our own, which spares msgpackr what it makes for every piece of memory. */
const SCRATCH_BYTES = 2 ** 16
/** Form and length of the text in front of the keys. */
const KEYS_HEAD = 5

export class TreeReader {
  readonly #unpackr: Msgpackr.Unpackr
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  readonly #range = { start: 0, end: 0 }
  readonly #makers = new Makers()

  constructor() {
    const msgpackr = createRequire(import.meta.url)('msgpackr') as typeof Msgpackr
    const options = {
      useRecords: false,
      mapsAsObjects: true,
      // Without it binaries, which only damaged bytes hold, are views of them.
      copyBuffers: true,
    }
    this.#unpackr = new msgpackr.Unpackr(options as object)
  }

  /** The tree that `bytes` hold from `start` on. */
  read(bytes: Uint8Array, start: number): unknown {
    const { length } = bytes
    if (start >= length) throw new RangeError('there is nothing in it')
    // A view of its own, because msgpackr attaches a property to what it reads.
    if (length > SCRATCH_BYTES)
      return this.#unpackr.unpack(Buffer.from(bytes.buffer, bytes.byteOffset + start, length - start))
    this.#scratch.set(bytes)
    this.#range.start = start
    this.#range.end = length
    return this.#unpackr.unpack(this.#scratch, this.#range)
  }

  readDictionary(bytes: Uint8Array): object {
    const maker = this.#makerIn(bytes)
    const values = this.#valuesIn(bytes, maker)
    if (values.length !== maker.keys.length)
      throw new RangeError(`${maker.keys.length} keys and ${values.length} values`)
    return maker.make(values, 0)
  }

  readTable(bytes: Uint8Array): object[] {
    const maker = this.#makerIn(bytes)
    const values = this.#valuesIn(bytes, maker)
    const width = maker.keys.length
    if (values.length % width !== 0) throw new RangeError(`${values.length} values in rows of ${width}`)
    const rows = new Array<object>(values.length / width)
    for (let i = 0; i < rows.length; i++) rows[i] = maker.make(values, i * width)
    return rows
  }

  #makerIn(bytes: Uint8Array): ObjectMaker {
    const end = valuesStart(bytes)
    if (end > bytes.length) throw new RangeError('keys longer than the item')
    const maker = this.#makers.of(bytes.subarray(KEYS_HEAD, end))
    if (maker.keys.length > LISTED_KEYS_MAX) throw new RangeError(`${maker.keys.length} keys`)
    return maker
  }

  #valuesIn(bytes: Uint8Array, maker: ObjectMaker): unknown[] {
    const values = this.read(bytes, KEYS_HEAD + maker.text.length)
    if (!Array.isArray(values)) throw new TypeError('values that are no list')
    return values
  }
}

/** Where the keys end. */
function valuesStart(bytes: Uint8Array): number {
  const length = ((bytes[1]! << 24) | (bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!) >>> 0
  return KEYS_HEAD + length
}
