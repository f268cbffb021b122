/**
 * Codes of ops in a call's signature, and the names behind them.
 *
 * Built-in ops have a code each. A user function cannot be told from another by what travels, so all of
 * them share {@link USER_OP} and its flags: ranks that disagree on these would run different algorithms.
 */

/** Codes are part of the wire format and never reused. */
export const OpCode = {
  SUM: 1,
  PROD: 2,
  MAX: 3,
  MIN: 4,
  LAND: 5,
  LOR: 6,
  LXOR: 7,
  BAND: 8,
  BOR: 9,
  BXOR: 10,
  MAXLOC: 11,
  MINLOC: 12,
} as const

export type BuiltInName = keyof typeof OpCode

const USER_OP = 64
const COMMUTATIVE = 1
const ELEMENTWISE = 2

const names = new Map<number, string>(Object.entries(OpCode).map(([name, code]) => [code, name]))

/** The code of every user function with these properties. */
export function userOpCode(commutative: boolean, elementwise: boolean): number {
  return USER_OP + (commutative ? COMMUTATIVE : 0) + (elementwise ? ELEMENTWISE : 0)
}

/** How error messages call the op behind a code from the wire. */
export function opName(code: number): string {
  const flags = code - USER_OP
  if (flags < 0 || flags > (COMMUTATIVE | ELEMENTWISE)) return names.get(code) ?? `unknown op ${code}`
  const properties: string[] = []
  if (flags & COMMUTATIVE) properties.push('commutative')
  if (flags & ELEMENTWISE) properties.push('elementwise')
  return properties.length > 0 ? `${properties.join(' ')} user function` : 'user function'
}
