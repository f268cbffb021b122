/** Which arrays are nothing but their elements. */

import { inspect, types } from 'node:util'

/** Up to this length listing all keys of an array is quicker than {@link inspect}. */
const KEYS_LISTED_MAX = 64

/** Whether `array` is an Array with no properties beside its elements; holes are not looked for. */
export function isPlainArray(array: readonly unknown[]): boolean {
  return Object.getPrototypeOf(array) === Array.prototype && !types.isProxy(array) && !hasExtras(array)
}

/**
 * Whether an array has enumerable properties beside its elements, as the result of RegExp.exec has. There
 * is no call that lists only these; for a long array, listing all keys takes longer than sending it. What
 * `inspect` shows of an array with its elements left out does not depend on the length. Should a later
 * Node show it differently, arrays go to V8: slower, and still right.
 */
function hasExtras(array: readonly unknown[]): boolean {
  const { length } = array
  // A hole makes the keys fewer, and a property more: the two must not cancel out unnoticed. They cannot,
  // because an array with a hole is refused whatever this function finds.
  if (length <= KEYS_LISTED_MAX) return Object.keys(array).length !== length
  return inspect(array, BARE) !== `[ ... ${length} more items ]`
}

const BARE = {
  maxArrayLength: 0,
  depth: 0,
  customInspect: false,
  breakLength: Number.POSITIVE_INFINITY,
} as const
