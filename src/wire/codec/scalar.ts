/**
 * Single numbers, strings, bigints, booleans, null and undefined, by hand: quicker than any library, and
 * a program that sends nothing else never loads one.
 */

import { isUtf8 } from 'node:buffer'
import { Form } from './form.ts'

const double = new Float64Array(1)
const doubleBytes = new Uint8Array(double.buffer)

/** A form that is all there is to say. */
export function encodeConstant(form: number): Uint8Array {
  const bytes = new Uint8Array(1)
  bytes[0] = form
  return bytes
}

export function encodeNumber(value: number): Uint8Array {
  const bytes = new Uint8Array(9)
  bytes[0] = Form.NUMBER
  double[0] = value
  bytes.set(doubleBytes, 1)
  return bytes
}

export function decodeNumber(bytes: Uint8Array): number {
  if (bytes.length !== 9) throw new RangeError(`a number of ${bytes.length - 1} bytes`)
  for (let i = 0; i < 8; i++) doubleBytes[i] = bytes[i + 1]!
  return double[0]!
}

export function encodeString(value: string): Uint8Array {
  const encoding = isWellFormed(value) ? 'utf8' : 'utf16le'
  const bytes = Buffer.allocUnsafeSlow(1 + Buffer.byteLength(value, encoding))
  bytes[0] = encoding === 'utf8' ? Form.UTF8 : Form.UTF16
  bytes.write(value, 1, encoding)
  return bytes
}

export function decodeUtf8(bytes: Uint8Array): string {
  const text = asBuffer(bytes, 1)
  if (!isUtf8(text)) throw new RangeError('a string that is not UTF-8')
  return text.toString('utf8')
}

export function decodeUtf16(bytes: Uint8Array): string {
  if (bytes.length % 2 === 0) throw new RangeError('half a character at the end of a string')
  return asBuffer(bytes, 1).toString('utf16le')
}

export function encodeBigint(value: bigint): Uint8Array {
  const hex = (value < 0n ? -value : value).toString(16)
  const form = value < 0n ? Form.BIGINT_NEGATIVE : Form.BIGINT_POSITIVE
  return Buffer.from(`0${form}${hex.length % 2 === 0 ? '' : '0'}${hex}`, 'hex')
}

export function decodeBigint(bytes: Uint8Array, negative: boolean): bigint {
  if (bytes.length < 2) throw new RangeError('a bigint of no digits')
  const magnitude = BigInt(`0x${asBuffer(bytes, 1).toString('hex')}`)
  return negative ? -magnitude : magnitude
}

/** Whether UTF-8 has bytes for every character, which it has not for a lone surrogate. */
export function isWellFormed(text: string): boolean {
  // ES2024, in every Node since 20, but not in the ES2023 type library.
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

/** The memory of `bytes` from `start` on as a Buffer, whose string conversions are native. */
function asBuffer(bytes: Uint8Array, start: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start)
}
