/** What the built-in ops make of two single values: numbers, bigints or booleans. */

import { OpError } from '../../errors.ts'
import { refusal } from './domain.ts'
import type { ElementOp } from './kernels.ts'

/** One function per kind of operand; an op without `boolean` takes none. */
export interface Scalars {
  number(low: number, high: number): number
  bigint(low: bigint, high: bigint): bigint
  boolean?(low: boolean, high: boolean): boolean
}

export const scalars: Record<ElementOp, Scalars> = {
  SUM: { number: (a, b) => a + b, bigint: (a, b) => a + b },
  PROD: { number: (a, b) => a * b, bigint: (a, b) => a * b },
  // biome-ignore lint/complexity/useMathMinMax: they take no bigints
  MAX: { number: Math.max, bigint: (a, b) => (a > b ? a : b) },
  // biome-ignore lint/complexity/useMathMinMax: they take no bigints
  MIN: { number: Math.min, bigint: (a, b) => (a < b ? a : b) },
  LAND: logical((a, b) => a && b),
  LOR: logical((a, b) => a || b),
  LXOR: logical((a, b) => a !== b),
  BAND: { number: bitwise('BAND', (a, b) => a & b), bigint: (a, b) => a & b },
  BOR: { number: bitwise('BOR', (a, b) => a | b), bigint: (a, b) => a | b },
  BXOR: { number: bitwise('BXOR', (a, b) => a ^ b), bigint: (a, b) => a ^ b },
}

function logical(f: (a: boolean, b: boolean) => boolean): Scalars {
  return {
    number: (a, b) => (f(!!a, !!b) ? 1 : 0),
    bigint: (a, b) => (f(!!a, !!b) ? 1n : 0n),
    boolean: f,
  }
}

/**
 * JavaScript's bit operators see 32 bits and call the result signed. A program that counts in uint32 is to
 * get uint32 back, whatever the number of ranks, so: no operand negative, result unsigned. Where one rank
 * counts signed and another unsigned, -1 and 4294967295 are the same bits, and no answer suits both.
 */
function bitwise(name: string, f: (a: number, b: number) => number): Scalars['number'] {
  return (a, b) => {
    const refused = refusal(name, 'bitwise', a) ?? refusal(name, 'bitwise', b)
    if (refused) throw new OpError(refused)
    const bits = f(a, b)
    if (a >= 0 && b >= 0) return bits >>> 0
    if (a > 0x7fff_ffff || b > 0x7fff_ffff)
      throw new OpError(
        `${name} got ${a} on one rank and ${b} on another, of which one is no int32 and the other no uint32; ` +
          'pass x >>> 0 (or x | 0) on all ranks',
      )
    return bits
  }
}
