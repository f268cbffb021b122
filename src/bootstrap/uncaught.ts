/** What is told of an uncaught error. Must not throw, whatever the script has thrown. */

import { inspect } from 'node:util'
import type { UncaughtError } from './control.ts'

/** The rank prints all of it anyway; the report shows the beginning. */
const LONGEST_STACK = 16_384
const LONGEST_VALUE = 200

/** Node's name for its own error around a rejection with something else. */
const REJECTED_WITH = /rejected with the reason "([\s\S]*)"\.$/

/** `rejection`: what the script itself was rejected with, if it was. */
export function describeUncaught(
  error: unknown,
  rejection: { readonly reason: unknown } | null,
): UncaughtError {
  try {
    if (!(error instanceof Error)) return { text: describeValue(error), isError: false }
    if ((error as NodeJS.ErrnoException).code === 'ERR_UNHANDLED_REJECTION') {
      if (rejection !== null) return { text: describeValue(rejection.reason), isError: false }
      const reason = REJECTED_WITH.exec(error.message)?.[1]
      if (reason !== undefined) return { text: describeNodesText(reason), isError: false }
    }
    const text = String(error.stack ?? error).slice(0, LONGEST_STACK)
    const { foundBy } = error as { foundBy?: unknown }
    return typeof foundBy === 'number' ? { text, isError: true, foundBy } : { text, isError: true }
  } catch {
    return { text: 'an error that cannot be shown', isError: true }
  }
}

function describeValue(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : inspect(value, { customInspect: false, breakLength: Number.POSITIVE_INFINITY })
  return shorten(text)
}

/** Of a value, Node has kept no more than this: a string without its quotes, or `#<Class>`. */
function describeNodesText(text: string): string {
  return shorten(/^#<.*>$/.test(text) ? text : JSON.stringify(text))
}

function shorten(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)} ...`
}
