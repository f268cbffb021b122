/** What a rank brings to a reduction, by the kind of its value: the one place that tells kinds apart. */

import type { Where } from '../../errors.ts'
import { Block } from '../../wire/block.ts'
import { encodeItem } from '../../wire/codec.ts'
import { ITEM, isRaw, type Raw, type TypeCode } from '../../wire/datatype.ts'
import type { Op } from '../op.ts'
import { ElementsCarrier } from './carrier/elements.ts'
import { Item, ItemsCarrier } from './carrier/items.ts'
import { NumbersCarrier } from './carrier/numbers.ts'
import { WholeArraysCarrier } from './carrier/whole-arrays.ts'
import type { Contribution } from './carrier.ts'
import { blockOf, checkFixed, checkOverlap, refuseInto, resultArray, where } from './check.ts'
import type { Scope } from './endpoint.ts'
import { BIGINT, type CallName, NUMBER } from './signature.ts'

/** Checks `value` and `into`, and makes the contribution of them. */
export function contribute(
  scope: Scope,
  call: CallName,
  value: unknown,
  op: Op,
  into: Raw | undefined,
): Contribution {
  const site = where(scope, call)
  op.check(value, site)
  if (isRaw(value)) return contributeArray(scope, call, value, op, into)
  refuseInto(scope, call, into, 'the value is not a typed array')
  return contributeItem(value, op, site)
}

/** The signature's type for a value that is not a typed array. */
export function scalarType(value: unknown): TypeCode {
  if (typeof value === 'number') return NUMBER
  return typeof value === 'bigint' ? BIGINT : ITEM
}

/** Checks the typed array and `into`; returns the memory of both. */
export function checkArrays(
  scope: Scope,
  call: CallName,
  value: Raw,
  into: Raw | undefined,
): { readonly input: Block; readonly given: Block | null } {
  const input = blockOf(scope, call, 'value', value)
  if (into === undefined) return { input, given: null }
  const given = Block.of(resultArray(scope, call, into, input.type, input.count))
  checkOverlap(scope, call, input, given, given)
  return { input, given }
}

/**
 * The same for an array of element type `type`, without the blocks, which take longer to make than a short call
 * takes otherwise. True: the result goes to where the input is.
 */
export function checkPair(
  scope: Scope,
  call: CallName,
  value: Raw,
  type: TypeCode,
  into: Raw | undefined,
): boolean {
  checkFixed(scope, call, 'value', value)
  if (into === undefined) return false
  if (into === value) return true
  resultArray(scope, call, into, type, value.length)
  if (into.buffer !== value.buffer) return false
  const [input, given] = [Block.of(value), Block.of(into)]
  checkOverlap(scope, call, input, given, given)
  return input.sameMemory(given)
}

function contributeArray(scope: Scope, call: CallName, value: Raw, op: Op, into: Raw | undefined) {
  const { input, given } = checkArrays(scope, call, value, into)
  const { type, count } = input
  const inPlace = given?.sameMemory(input) === true
  if (op.elementwise) {
    return { carrier: new ElementsCarrier(op, type, count, into, inPlace), own: input, type, count }
  }
  const carrier = new WholeArraysCarrier(op, type, count, into)
  return { carrier, own: carrier.own(input), type, count }
}

function contributeItem(value: unknown, op: Op, site: Where): Contribution {
  const type = scalarType(value)
  if (typeof value === 'number') return { carrier: new NumbersCarrier(op), own: value, type, count: 1 }
  return { carrier: new ItemsCarrier(op, site), own: Item.ofBytes(encodeItem(value, site)), type, count: 1 }
}
