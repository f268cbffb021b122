/**
 * MessagePack of the values that it carries exactly, trees of plain objects and arrays: one walk that checks
 * and writes.
 *
 * Not carried, and so left to V8's structured clone: what is reached twice (identity would be lost), -0,
 * holes, lone surrogates, bigints of more than 64 bits, the key `__proto__`, and objects of any class.
 * msgpackr, which reads what is written here, would also write it, were it known beforehand to be such a
 * tree; but a walk to find out takes longer than the writing.
 */

import { types } from 'node:util'
import { Form, LISTED_KEYS_MAX } from './form.ts'
import { areSame, KeyTexts } from './keys.ts'
import { isPlainArray } from './plain-array.ts'
import { isWellFormed } from './scalar.ts'

/** Deeper trees go to V8, which notices itself when its stack ends. */
const DEPTH_MAX = 200
/** An object of more keys is a dictionary, which is quicker read by V8, or as a list of its values. */
const KEYS_MAX = 32
/** Fewer records are quicker written one by one. */
const TABLE_ROWS_MIN = 4
/** So many are a table even if their keys are new. */
const TABLE_ROWS_MANY = 32
/** Up to so many objects a search through a list is quicker than a Set. */
const SEEN_LIST_MAX = 12
/** Up to so many characters a string is quicker written here than by a call of Node. */
const SHORT_TEXT = 64
/** No number is longer, no head of anything, and no short form. */
const SCALAR_BYTES = 16

/** Messages are written one behind the other into memory of at least this size. */
const POOL_BYTES = 8192
/** Memory larger than this is not kept. */
const KEPT_BYTES_MAX = 2 ** 24
/** Memory larger than this is not doubled when it is full. */
const DOUBLED_BYTES_MAX = 2 ** 28

const NONE = Buffer.alloc(0)

export class TreeWriter {
  #bytes: Buffer = NONE
  #view: DataView = new DataView(NONE.buffer)
  #start = 0
  #at = 0
  /** Of the last message; the next one may be like it. */
  #length = 0
  /** What the walk has met: every object may be met once. */
  readonly #met: (object | null)[] = new Array(SEEN_LIST_MAX).fill(null)
  #metCount = 0
  #metSet: Set<object> | null = null
  readonly #keyTexts = new KeyTexts()

  /** The encoding of `tree`, or null if it is none that MessagePack carries exactly. */
  write(tree: object): Uint8Array | null {
    this.#at = this.#start
    if (this.#bytes.length - this.#start < this.#length + SCALAR_BYTES)
      this.#replace(Math.max(POOL_BYTES, 1.25 * this.#length))
    try {
      if (!this.#root(tree)) return null
      // Not by subarray, which takes twice as long to make a Buffer.
      const bytes = new Uint8Array(this.#bytes.buffer, this.#start, this.#at - this.#start)
      this.#length = Math.min(bytes.length, KEPT_BYTES_MAX)
      // Memory is copied best in whole words.
      this.#start = (this.#at + 7) & ~7
      return bytes
    } finally {
      this.#forget()
      if (this.#bytes.length > KEPT_BYTES_MAX) this.#replace(0)
    }
  }

  #root(tree: object): boolean {
    if (Array.isArray(tree)) {
      if (tree.length >= TABLE_ROWS_MIN && typeof tree[0] === 'object' && tree[0] !== null) {
        if (this.#table(tree)) return true
        this.#forget()
        this.#at = this.#start
      }
      this.#bytes[this.#at++] = Form.PLAIN
      return this.#isNew(tree) && this.#list(tree, 1)
    }
    if (!isPlainObject(tree)) return false
    const keys = Object.keys(tree)
    this.#isNew(tree)
    if (keys.length > KEYS_MAX) return this.#dictionary(tree, keys)
    this.#bytes[this.#at++] = Form.PLAIN
    return this.#record(tree, keys, 1)
  }

  /** A plain object, as the list of its keys and the list of its values. */
  #dictionary(object: object, keys: readonly string[]): boolean {
    if (!this.#keys(Form.DICTIONARY, keys, false)) return false
    this.#head(0x90, 0xdc, keys.length)
    return this.#values(object, keys.length, 1)
  }

  /** Plain objects of the same keys, as the list of these and the list of all values, row by row. */
  #table(rows: readonly unknown[]): boolean {
    const first = rows[0] as object
    // Before its keys are listed: a typed array has very many.
    if (Array.isArray(first) || !isPlainObject(first) || !isPlainArray(rows)) return false
    const keys = Object.keys(first)
    const { length } = rows
    if (keys.length === 0 || length * keys.length > 0xffffffff) return false
    if (!this.#keys(Form.TABLE, keys, length >= TABLE_ROWS_MANY)) return false
    this.#head(0x90, 0xdc, length * keys.length)
    this.#isNew(rows)
    for (let i = 0; i < length; i++) {
      const row = rows[i]
      if (typeof row !== 'object' || row === null || Array.isArray(row)) return false
      if (!isPlainObject(row) || !areSame(Object.keys(row), keys) || !this.#isNew(row)) return false
      if (!this.#values(row, keys.length, 2)) return false
    }
    return true
  }

  /** All keys as one text, which the reader knows again. */
  #keys(form: number, keys: readonly string[], many: boolean): boolean {
    if (keys.length > LISTED_KEYS_MAX) return false
    const text = this.#keyTexts.of(keys, many)
    if (text === null) return false
    this.#reserve(2 * SCALAR_BYTES + text.byteLength)
    this.#bytes[this.#at] = form
    this.#view.setUint32(this.#at + 1, text.byteLength)
    this.#bytes.set(text, this.#at + 5)
    this.#at += 5 + text.byteLength
    return true
  }

  #values(object: object, count: number, depth: number): boolean {
    const values: unknown[] = Object.values(object)
    // A getter may have taken a key away.
    return values.length === count && this.#elements(values, depth)
  }

  #object(object: object, depth: number): boolean {
    if (depth > DEPTH_MAX || !this.#isNew(object)) return false
    if (Array.isArray(object)) return this.#list(object, depth + 1)
    if (!isPlainObject(object)) return false
    const keys = Object.keys(object)
    return keys.length <= KEYS_MAX && this.#record(object, keys, depth + 1)
  }

  #record(object: object, keys: readonly string[], depth: number): boolean {
    this.#reserve(SCALAR_BYTES)
    this.#head(0x80, 0xde, keys.length)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!
      if (key === '__proto__' || !this.#text(key)) return false
      const value = (object as Record<string, unknown>)[key]
      // Numbers here and not there: a double handed to a function is boxed first.
      if (typeof value === 'number') {
        if (!this.#number(value)) return false
      } else {
        // A getter took it away.
        if (value === undefined && !Object.hasOwn(object, key)) return false
        if (!this.#value(value, depth)) return false
      }
    }
    return true
  }

  #list(list: readonly unknown[], depth: number): boolean {
    if (!isPlainArray(list)) return false
    this.#reserve(SCALAR_BYTES)
    this.#head(0x90, 0xdc, list.length)
    return this.#elements(list, depth)
  }

  #elements(list: readonly unknown[], depth: number): boolean {
    const { length } = list
    for (let i = 0; i < length; i++) {
      const value = list[i]
      if (typeof value === 'number') {
        if (!this.#number(value)) return false
      } else {
        if (value === undefined && !Object.hasOwn(list, i)) return false
        if (!this.#value(value, depth)) return false
      }
    }
    return true
  }

  /** Any value but a number. */
  #value(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'object':
        if (value !== null) return this.#object(value, depth)
        this.#byte(0xc0)
        return true
      case 'boolean':
        this.#byte(value ? 0xc3 : 0xc2)
        return true
      case 'undefined':
        // msgpackr's extension: its type, zero, and one byte of data.
        this.#byte(0xd4)
        this.#byte(0)
        this.#byte(0)
        return true
      case 'bigint':
        return this.#bigint(value)
      default:
        return false
    }
  }

  #byte(byte: number): void {
    this.#reserve(SCALAR_BYTES)
    this.#bytes[this.#at++] = byte
  }

  /** Of a map or an array: one byte with a small length inside, or one byte in front of 2 or 4 of length. */
  #head(small: number, large: number, length: number): void {
    if (length < 16) this.#bytes[this.#at++] = small | length
    else if (length < 0x10000) {
      this.#bytes[this.#at] = large
      this.#view.setUint16(this.#at + 1, length)
      this.#at += 3
    } else {
      this.#bytes[this.#at] = large + 1
      this.#view.setUint32(this.#at + 1, length)
      this.#at += 5
    }
  }

  #number(value: number): boolean {
    this.#reserve(SCALAR_BYTES)
    if ((value | 0) === value) {
      if (value === 0 && 1 / value < 0) return false
      this.#integer(value | 0)
    } else {
      this.#bytes[this.#at] = 0xcb
      this.#view.setFloat64(this.#at + 1, value)
      this.#at += 9
    }
    return true
  }

  #integer(value: number): void {
    const bytes = this.#bytes
    const at = this.#at
    if (value >= -0x20 && value < 0x80) {
      bytes[at] = value
      this.#at = at + 1
    } else if (value >= -0x8000 && value < 0x8000) {
      bytes[at] = 0xd1
      bytes[at + 1] = value >> 8
      bytes[at + 2] = value
      this.#at = at + 3
    } else {
      bytes[at] = 0xd2
      bytes[at + 1] = value >> 24
      bytes[at + 2] = value >> 16
      bytes[at + 3] = value >> 8
      bytes[at + 4] = value
      this.#at = at + 5
    }
  }

  #bigint(value: bigint): boolean {
    this.#reserve(SCALAR_BYTES)
    if (BigInt.asIntN(64, value) === value) {
      this.#bytes[this.#at] = 0xd3
      this.#view.setBigInt64(this.#at + 1, value)
    } else if (BigInt.asUintN(64, value) === value) {
      this.#bytes[this.#at] = 0xcf
      this.#view.setBigUint64(this.#at + 1, value)
    } else return false
    this.#at += 9
    return true
  }

  #text(text: string): boolean {
    const { length } = text
    if (length >= SHORT_TEXT) return this.#longText(text)
    this.#reserve(SCALAR_BYTES + length)
    const bytes = this.#bytes
    let at = this.#at
    if (length < 0x20) bytes[at++] = 0xa0 | length
    else {
      bytes[at++] = 0xd9
      bytes[at++] = length
    }
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 0x80) return this.#longText(text)
      bytes[at++] = unit
    }
    this.#at = at
    return true
  }

  #longText(text: string): boolean {
    if (!isWellFormed(text)) return false
    const length = Buffer.byteLength(text)
    this.#reserve(SCALAR_BYTES + length)
    if (length < 0x20) this.#bytes[this.#at++] = 0xa0 | length
    else if (length < 0x100) {
      this.#bytes[this.#at++] = 0xd9
      this.#bytes[this.#at++] = length
    } else {
      this.#bytes[this.#at] = 0xdb
      this.#view.setUint32(this.#at + 1, length)
      this.#at += 5
    }
    this.#bytes.write(text, this.#at, length, 'utf8')
    this.#at += length
    return true
  }

  /** Whether `object` is new; from now on it is not. */
  #isNew(object: object): boolean {
    if (this.#metSet !== null) {
      const { size } = this.#metSet
      return this.#metSet.add(object).size > size
    }
    const count = this.#metCount
    for (let i = 0; i < count; i++) if (this.#met[i] === object) return false
    if (count < SEEN_LIST_MAX) {
      this.#met[count] = object
      this.#metCount = count + 1
    } else this.#metSet = new Set(this.#met as object[]).add(object)
    return true
  }

  /** Makes room for `count` bytes more. */
  #reserve(count: number): void {
    if (this.#at + count > this.#bytes.length) this.#grow(count)
  }

  #grow(count: number): void {
    const { length } = this.#bytes
    const size = this.#at - this.#start + count
    this.#replace(Math.max(POOL_BYTES, (length < DOUBLED_BYTES_MAX ? 2 : 1.25) * size))
  }

  /** Takes other memory, and what is written of the present message along. */
  #replace(size: number): void {
    const written = this.#bytes.subarray(this.#start, this.#at)
    this.#bytes = size === 0 ? NONE : Buffer.allocUnsafeSlow(Math.ceil(size))
    this.#view = new DataView(this.#bytes.buffer)
    if (size > 0) this.#bytes.set(written)
    this.#start = 0
    this.#at = written.length
  }

  #forget(): void {
    for (let i = 0; i < this.#metCount; i++) this.#met[i] = null
    this.#metCount = 0
    this.#metSet = null
  }
}

/** Whether structured clone copies `object` as a plain one; not of arrays. */
function isPlainObject(object: object): boolean {
  return (
    Object.getPrototypeOf(object) === Object.prototype &&
    !types.isProxy(object) &&
    !types.isArgumentsObject(object)
  )
}
