/**
 * Items: any value that is not a typed array, to bytes and back.
 *
 * A value arrives exactly as by `structuredClone`; what that refuses throws here, with the path to the
 * offending part. One cheap walk chooses the fastest of several forms that is exact for the value
 * (src/wire/codec/form.ts); the first byte says which. Decoded data never shares memory with the bytes.
 *
 * Two deviations. Of the memory behind a typed array inside a value only the part that the array covers is
 * sent, unless another part of the value uses the same memory. And objects of Node itself that
 * structuredClone hands to another thread (Blob, KeyObject) are refused.
 */

import { MpiError, type Where } from '../errors.ts'
import { decodeCloned, encodeCloned } from './codec/cloned.ts'
import { Form } from './codec/form.ts'
import { decodeNumberList, encodeNumberList } from './codec/number-list.ts'
import { decodeDictionary, decodePacked, decodeTable, encodeTree } from './codec/packed.ts'
import { isPlainArray } from './codec/plain-array.ts'
import { refusal } from './codec/refused.ts'
import {
  decodeBigint,
  decodeNumber,
  decodeUtf8,
  decodeUtf16,
  encodeBigint,
  encodeConstant,
  encodeNumber,
  encodeString,
} from './codec/scalar.ts'
import type { Raw } from './datatype.ts'
import { checkData } from './layout/layout.ts'
import { isStrided, layoutOf, type Strided } from './layout/nd-view.ts'
import { pack } from './layout/pack.ts'

/**
 * The bytes of `value`, in memory of their own.
 * @throws ItemError, composed with `where`, that names the part which cannot be sent.
 */
export function encodeItem(value: unknown, where: Where): Uint8Array {
  switch (typeof value) {
    case 'number':
      return encodeNumber(value)
    case 'string':
      return encodeString(value)
    case 'boolean':
      return encodeConstant(value ? Form.TRUE : Form.FALSE)
    case 'undefined':
      return encodeConstant(Form.UNDEFINED)
    case 'bigint':
      return encodeBigint(value)
    case 'object':
      return value === null ? encodeConstant(Form.NULL) : encodeObject(value, where)
    default:
      throw refusal(value, where, null)
  }
}

/**
 * The value of which {@link encodeItem} made `bytes`.
 * @throws MpiError if they are not the bytes of a value.
 */
export function decodeItem(bytes: Uint8Array): unknown {
  try {
    return decode(bytes)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new MpiError(
      `an item of ${bytes.byteLength} bytes cannot be decoded (${reason}); ` +
        'do all ranks run the same versions of tsmpi and Node?',
      { cause: error },
    )
  }
}

function encodeObject(value: object, where: Where): Uint8Array {
  // As an item it would arrive as a description of places. A call takes it for a vector; in a list of items it is one.
  if (isStrided(value)) return encodeObject(elementsOf(value, where), where)
  try {
    if (Array.isArray(value) && typeof value[0] === 'number' && isPlainArray(value)) {
      const bytes = encodeNumberList(value)
      if (bytes !== null) return bytes
    }
    return encodeTree(value) ?? encodeCloned(value)
  } catch (error) {
    throw refusal(value, where, error)
  }
}

function elementsOf(value: Strided, where: Where): Raw {
  const layout = layoutOf(value, 'an item', where)
  checkData(layout, 'an item', where)
  return pack(layout)
}

function decode(bytes: Uint8Array): unknown {
  const form = bytes[0]
  switch (form) {
    case Form.UNDEFINED:
      return undefined
    case Form.NULL:
      return null
    case Form.FALSE:
      return false
    case Form.TRUE:
      return true
    case Form.NUMBER:
      return decodeNumber(bytes)
    case Form.BIGINT_POSITIVE:
    case Form.BIGINT_NEGATIVE:
      return decodeBigint(bytes, form === Form.BIGINT_NEGATIVE)
    case Form.UTF8:
      return decodeUtf8(bytes)
    case Form.UTF16:
      return decodeUtf16(bytes)
    case Form.INT32_LIST:
    case Form.FLOAT64_LIST:
      return decodeNumberList(bytes, form)
    case Form.PLAIN:
      return decodePacked(bytes)
    case Form.DICTIONARY:
      return decodeDictionary(bytes)
    case Form.TABLE:
      return decodeTable(bytes)
    case Form.CLONE:
      return decodeCloned(bytes)
    default:
      throw new TypeError(form === undefined ? 'it is empty' : `no form of item has the code ${form}`)
  }
}
