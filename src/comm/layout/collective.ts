/**
 * Collective calls with layouts and ndarray-likes as arguments: packed before the call, unpacked after it. A
 * layout is the vector of its elements everywhere, also where a typed array is cut in blocks or concatenated.
 */

import { CountError, type Where } from '../../errors.ts'
import { aTypeName, isRaw, rawType } from '../../wire/datatype.ts'
import { where } from '../collective/check.ts'
import type { Scope } from '../collective/endpoint.ts'
import type { CallName } from '../collective/signature.ts'
import { checkApart } from './apart.ts'
import { type Form, sameLength } from './form.ts'
import { isLaidOut } from './is-laid-out.ts'
import { packed, Target } from './target.ts'

export interface WithInto {
  readonly into?: unknown
}

/** The call itself, which gets typed arrays in place of layouts. */
export type Run = (value: unknown, options: unknown) => Promise<unknown>

/**
 * The call `f(scope, value, ...between, options)`. Made here, and not by a closure in each method: that would cost a
 * method something in calls that need none.
 */
export function running(f: (...args: never[]) => Promise<unknown>, scope: Scope, ...between: unknown[]): Run {
  return (value, options) =>
    (f as (...args: unknown[]) => Promise<unknown>)(scope, value, ...between, options)
}

/** Whether a call with these arguments has to be packed. */
export function needsPacking(value: unknown, options: WithInto | undefined): boolean {
  return isLaidOut(value) || (options?.into !== undefined && isLaidOut(options.into))
}

/** Makes a call whose `value` or `into` is strided. */
export function callPacked(
  scope: Scope,
  call: CallName,
  value: unknown,
  options: WithInto | undefined,
  form: Form,
  run: Run,
): Promise<unknown> {
  try {
    const site = where(scope, call)
    const into = options?.into
    const target = isLaidOut(into) ? new Target(into, 'into', site) : null
    checkApart(value, into, form, site)
    const input = packed(value, site)
    if (target === null) return run(input, options)
    checkLength(input, target, form, site)
    return delivered(run(input, { ...options, into: target.array }), target, form)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** A bcast: on root `value` is what is sent, and elsewhere where it goes. */
export function bcastPacked(
  scope: Scope,
  value: unknown,
  root: number,
  options: WithInto | undefined,
  run: Run,
): Promise<unknown> {
  if (scope.rank !== root) {
    const into = options?.into ?? value
    return callPacked(scope, 'bcast', undefined, { ...options, into }, sameLength, run)
  }
  const result = callPacked(scope, 'bcast', value, options, sameLength, run)
  return options?.into === undefined ? inPlaceOf(value, result) : result
}

/** The options of a call whose result only root gets: elsewhere `into` means nothing. */
export function intoOnRoot<O extends WithInto>(
  { rank }: Scope,
  root: number,
  options: O | undefined,
): O | undefined {
  return rank === root || options === undefined ? options : { ...options, into: undefined }
}

// Awaited, and not followed by then: so an error shows who has made the call.

async function delivered(result: Promise<unknown>, target: Target, form: Form): Promise<unknown> {
  const array = await result
  if (array !== target.array) return array
  if (form.deliver) form.deliver(target)
  else target.deliver(0, target.layout.count)
  return target.given
}

async function inPlaceOf(value: unknown, result: Promise<unknown>): Promise<unknown> {
  await result
  return value
}

/** Throws unless the result has as many elements as the target. The call checks its type, and what it alone knows. */
function checkLength(input: unknown, { array, layout }: Target, form: Form, site: Where): void {
  if (!isRaw(input) || rawType(input) !== rawType(array)) return
  const length = form.resultLength(input.length)
  if (length === layout.count || !Number.isSafeInteger(length)) return
  throw new CountError(
    `${site}: into has ${layout.count} elements, but the result is ${aTypeName(rawType(array))} of length ${length}; ` +
      `give a layout of ${length}`,
  )
}
