/** What one rank tells the others about why a communicator is broken. */

import * as errors from '../errors.ts'

interface BreakNotice {
  readonly name: string
  readonly message: string
}

/** The body of a BREAK frame. */
export function encodeBreak(error: errors.MpiError, rank: number): Uint8Array {
  const isPassedOn = /\[found by rank \d+\]$/.test(error.message)
  const message = isPassedOn ? error.message : `${error.message} [found by rank ${rank}]`
  const notice: BreakNotice = { name: error.name, message }
  return new TextEncoder().encode(JSON.stringify(notice))
}

/** The error behind a BREAK frame, of the same class as at the rank that found it. */
export function decodeBreak(body: Uint8Array): errors.MpiError {
  const { name, message } = JSON.parse(new TextDecoder().decode(body)) as BreakNotice
  const known = (errors as unknown as Record<string, unknown>)[name]
  const isMpiError = typeof known === 'function' && known.prototype instanceof errors.MpiError
  return new (isMpiError ? (known as typeof errors.MpiError) : errors.MpiError)(message)
}
