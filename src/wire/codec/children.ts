/** What structured clone visits below a value: the edges of the graph that it copies. */

import { types } from 'node:util'

/** How to get from a value to a part of it, as it is written in a program: `.name`, `[3]`. */
export type Step = string

/** Calls `visit` with every part of `value`. An exception of a getter passes. */
export function forEachChild(value: unknown, visit: (child: unknown, step: () => Step) => void): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  if (types.isMap(value)) {
    let index = 0
    for (const [key, item] of value) {
      const at = index++
      visit(key, () => `[key ${at}]`)
      visit(item, () => (typeof key === 'object' ? `[value ${at}]` : `.get(${literal(key)})`))
    }
  } else if (types.isSet(value)) {
    let index = 0
    for (const item of value) {
      const at = index++
      visit(item, () => `[item ${at}]`)
    }
  } else if (types.isNativeError(value)) {
    if (Object.hasOwn(value, 'cause')) visit(value.cause, () => '.cause')
  } else {
    for (const key of Object.keys(value))
      visit((value as Record<string, unknown>)[key], () => step(value, key))
  }
}

function step(parent: object, key: string): Step {
  if (Array.isArray(parent) && /^\d+$/.test(key)) return `[${key}]`
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${literal(key)}]`
}

function literal(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(key) : String(key)
}
