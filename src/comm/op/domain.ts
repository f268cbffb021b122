/**
 * Which values an op takes: the one place that knows, and that words the refusals.
 *
 * A refusal ends in the cure, because each of them is a mistake that a program ported from C or Python
 * makes on its first day: a list where an array belongs, flags in an arithmetic op, doubles in a bit op.
 */

import { isRaw, type Raw, typeName, typeOf } from '../../wire/datatype.ts'

/** Ops of one domain take the same values. */
export type Domain = 'arithmetic' | 'logical' | 'bitwise' | 'location' | 'elementwise user'

/** Why the op called `name` cannot take `value`, and what to do about it; null if it can. */
export function refusal(name: string, domain: Domain, value: unknown): string | null {
  switch (domain) {
    case 'arithmetic':
      if (typeof value === 'number' || typeof value === 'bigint' || isRaw(value)) return null
      if (typeof value === 'boolean')
        return `${name} does not take a boolean; pass Number(flag), or use LAND, LOR or LXOR`
      break
    case 'logical':
    case 'elementwise user':
      if (isScalar(value) || isRaw(value)) return null
      break
    case 'bitwise':
      if (typeof value === 'bigint') return null
      if (typeof value === 'number') return refuseBits(name, value)
      if (isRaw(value)) return refuseFloats(name, value)
      if (typeof value === 'boolean')
        return `${name} does not take a boolean; use ${name.replace('B', 'L')}, which does`
      break
    case 'location':
      return isLocation(value)
        ? null
        : `${name} takes { value, index }, of a number or bigint and an integer, but got ${describe(value)}; ` +
            'pass { value: x, index: comm.rank }'
  }
  return `${name} does not take ${describe(value)}; ${cure(domain, value)}`
}

/** How a message calls a value: `a Float64Array`, `a plain array`, `null`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  if (Array.isArray(value)) return 'a plain array'
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  return tag === 'Object' ? 'an object' : `${/^[AEIO]/.test(tag) ? 'an' : 'a'} ${tag}`
}

/** A value and the place it was found at, the operands of MAXLOC and MINLOC. */
export interface Location {
  readonly value: number | bigint
  readonly index: number
}

function isLocation(item: unknown): item is Location {
  if (typeof item !== 'object' || item === null) return false
  const { value, index } = item as Partial<Location>
  return (typeof value === 'number' || typeof value === 'bigint') && Number.isSafeInteger(index)
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

function refuseBits(name: string, value: number): string | null {
  if (value === (value | 0) || value === value >>> 0) return null
  return `${name} takes integers of 32 bits, signed or unsigned, but got ${value}; for wider ones pass BigInt(x)`
}

function refuseFloats(name: string, array: Raw): string | null {
  return typeName(typeOf(array)).startsWith('Float')
    ? `${name} does not take ${describe(array)}; pass an integer array, such as Int32Array.from(values)`
    : null
}

const ARRAY_CURE: Record<Exclude<Domain, 'location'>, string> = {
  arithmetic: 'Float64Array.from(values)',
  logical: 'Uint8Array.from(flags)',
  bitwise: 'Int32Array.from(values)',
  'elementwise user': 'Float64Array.from(values)',
}

function cure(domain: keyof typeof ARRAY_CURE, value: unknown): string {
  if (describe(value) === 'a Promise') return 'await it first'
  const whole = domain === 'elementwise user' ? 'leave out `elementwise`' : 'use createOp((a, b) => c)'
  if (Array.isArray(value))
    return `pass ${ARRAY_CURE[domain]} to combine element by element, or ${whole} to combine whole arrays`
  return `${whole} to combine such values`
}
