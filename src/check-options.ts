/**
 * The check of an options object: a misspelt or misplaced option must not be ignored, since JavaScript would
 * send with tag 0, or leave the array untouched, without a word.
 */

import { MpiError, type Where } from './errors.ts'

/** Throws unless `options` is undefined or an object of options with these names. */
export function checkOptions(options: unknown, names: readonly string[], where: Where): void {
  if (options === undefined) return
  if (
    typeof options !== 'object' ||
    options === null ||
    ArrayBuffer.isView(options) ||
    Array.isArray(options)
  ) {
    throw new MpiError(
      `${where}: the options are ${describe(options)}; give an object, ${example(options, names)}`,
    )
  }
  for (const name in options) {
    if (names.includes(name)) continue
    throw new MpiError(`${where}: there is no option ${name}; this call takes ${names.join(', ')}`)
  }
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'strange object'}`
  return typeof value === 'string' ? `"${value.slice(0, 40)}"` : String(value).slice(0, 40)
}

function example(options: unknown, names: readonly string[]): string {
  if (ArrayBuffer.isView(options) && names.includes('into'))
    return 'to receive into the array { into: array }'
  if (typeof options === 'number' && names.includes('tag')) return `for a tag { tag: ${options} }`
  return `such as { ${names[0]}: … }`
}
