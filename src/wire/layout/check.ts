/** The checks of the numbers that describe a layout. */

import { CountError, TypeMismatchError, type Where } from '../../errors.ts'
import { isRaw, type Raw } from '../datatype.ts'

export function checkTyped(data: unknown, where: Where): asserts data is Raw {
  if (isRaw(data)) return
  throw new TypeMismatchError(`${where}: data is ${shown(data)}; give a typed array, such as a Float64Array`)
}

/** Throws unless `value` is an integer, and 0 or more. */
export function checkCount(value: unknown, name: string, where: Where): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return
  throw new CountError(`${where}: ${name} is ${shown(value)}; give an integer, 0 or more, in elements`)
}

/** Throws unless `value` is an integer of any sign. */
export function checkStride(value: unknown, name: string, where: Where): asserts value is number {
  if (Number.isSafeInteger(value)) return
  throw new CountError(`${where}: ${name} is ${shown(value)}; give an integer, in elements`)
}

/** A list of numbers that each pass `check`. */
export function checkedList(
  list: unknown,
  name: string,
  check: (value: unknown, name: string, where: Where) => asserts value is number,
  where: Where,
): number[] {
  const isList = Array.isArray(list) || isRaw(list)
  if (!isList) throw new TypeMismatchError(`${where}: ${name} is ${shown(list)}; give a list of integers`)
  const numbers: unknown[] = Array.from(list as ArrayLike<unknown>)
  numbers.forEach((value, i) => {
    check(value, `${name}[${i}]`, where)
  })
  return numbers as number[]
}

/** Throws unless the places from `low` to `high` are in `data`. `cure` says what to look at. */
export function checkReach(data: Raw, low: number, high: number, cure: string, where: Where): void {
  if (low >= 0 && high <= data.length) return
  const wrong = low < 0 ? `begins at element ${low}, before data` : `reaches element ${high - 1}, beyond data`
  throw new CountError(`${where}: the layout ${wrong}, which has length ${data.length}; ${cure}`)
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `the string "${value.slice(0, 40)}"`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? 'a plain array' : `a ${value.constructor?.name ?? 'strange object'}`
}
