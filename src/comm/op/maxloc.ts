/**
 * MAXLOC and MINLOC: the extreme value and where it is.
 *
 * The winning item itself is the result, so that what else it carries (the parameters that gave the best
 * score, say) comes along.
 */

import { OpError } from '../../errors.ts'
import type { Op } from '../op.ts'
import { OpCode } from './code.ts'
import { describe, type Location, refusal } from './domain.ts'

export function locationOp(name: 'MAXLOC' | 'MINLOC'): Op {
  const sign = name === 'MAXLOC' ? 1 : -1
  return {
    name,
    code: OpCode[name],
    commutative: true,
    elementwise: false,
    check(value, where) {
      const refused = refusal(name, 'location', value)
      if (refused) throw new OpError(`${where}: ${refused}`)
    },
    combineArrays(low) {
      throw new OpError(`${refusal(name, 'location', low)}`)
    },
    combineValues(low, high) {
      for (const item of [low, high]) {
        const refused = refusal(name, 'location', item)
        if (refused) throw new OpError(refused)
      }
      const a = low as Location
      const b = high as Location
      if (typeof a.value !== typeof b.value)
        throw new OpError(
          `${name} got ${describe(a.value)} as value on one rank and ${describe(b.value)} on another; ` +
            'convert them on all ranks with Number(x), or with BigInt(x)',
        )
      const order = sign * compare(a.value, b.value) || b.index - a.index
      return order >= 0 ? low : high
    },
  }

  /** Orders as Math.max does (or Math.min): -0 below +0; NaN beats everything, so that it is not lost. */
  function compare(a: number | bigint, b: number | bigint): number {
    if (a > b) return 1
    if (a < b) return -1
    // biome-ignore lint/suspicious/noSelfCompare: the one test for NaN that bigints pass too
    if (a !== a || b !== b) return sign * (Number(a !== a) - Number(b !== b))
    return Object.is(a, b) ? 0 : Object.is(a, -0) ? -1 : 1
  }
}
