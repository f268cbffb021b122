/** Finds the part of a value that cannot be sent, and says so. */

import { types } from 'node:util'
import { ItemError, type Where } from '../../errors.ts'
import { forEachChild, type Step } from './children.ts'
import { encodeCloned, HostObjectError } from './cloned.ts'

interface Place {
  readonly value: unknown
  readonly parent: Place | null
  readonly step: (() => Step) | null
}

/**
 * The error for a value that structured clone refused with `cause`. Only now is it worth a search: breadth
 * first, so that the path is the shortest, asking structured clone about every part that is not a
 * container.
 */
export function refusal(root: unknown, where: Where, cause: unknown): ItemError {
  if (cause instanceof RangeError && /call stack/.test(cause.message))
    return new ItemError(
      `${where}: value is nested too deeply; send it flattened, as an array of its parts`,
      { cause },
    )
  if (/out of memory|larger than maximum/.test(messageOf(cause)))
    return new ItemError(`${where}: value is too large for one message; send it in parts`, { cause })
  const places: Place[] = [{ value: root, parent: null, step: null }]
  const seen = new Set<unknown>()
  for (const place of places) {
    if (seen.has(place.value)) continue
    if (typeof place.value === 'object') seen.add(place.value)
    const complaint = complain(place.value, cause)
    if (complaint !== null) return new ItemError(`${where}: ${pathOf(place)} ${complaint}`, { cause })
    try {
      forEachChild(place.value, (value, step) => places.push({ value, parent: place, step }))
    } catch (error) {
      return new ItemError(`${where}: a part of ${pathOf(place)} cannot be read: ${messageOf(error)}`, {
        cause,
      })
    }
  }
  return new ItemError(`${where}: value cannot be sent: ${messageOf(cause)}`, { cause })
}

/** What is wrong with `value` itself, apart from its parts; null if nothing is. */
function complain(value: unknown, cause: unknown): string | null {
  if (typeof value === 'function') return 'is a function; send data only, or its name'
  if (typeof value === 'symbol') return 'is a symbol; send data only, or its description'
  if (typeof value !== 'object' || value === null) return null
  if (cause instanceof HostObjectError && cause.object === value) return uncopiable(value)
  if (isContainer(value)) return null
  if (types.isProxy(value)) return 'is a Proxy; send a copy of what it stands for, such as { ...proxy }'
  if (types.isPromise(value)) return 'is a Promise; await it first'
  if (types.isSharedArrayBuffer(value)) return 'is a SharedArrayBuffer; send a typed array over it'
  try {
    encodeCloned(value)
    return null
  } catch (error) {
    if (/detached/.test(messageOf(error)))
      return 'lies in memory that was transferred away; send it before, or copy it'
    return uncopiable(value)
  }
}

function uncopiable(value: object): string {
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  const kind = tag === 'Object' ? (Object.getPrototypeOf(value)?.constructor?.name ?? tag) : tag
  return `is ${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}, which cannot be copied; send data only`
}

/** Whether structured clone only ever objects to the parts of `value`. */
function isContainer(value: object): boolean {
  if (types.isProxy(value)) return false
  if (Array.isArray(value) || types.isMap(value) || types.isSet(value) || types.isNativeError(value))
    return true
  const isTagged = Object.prototype.toString.call(value) !== '[object Object]'
  return !isTagged && !types.isArgumentsObject(value)
}

function pathOf(place: Place): string {
  const steps: Step[] = []
  for (let at: Place | null = place; at !== null; at = at.parent) steps.push(at.step?.() ?? 'value')
  return steps.reverse().join('')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
