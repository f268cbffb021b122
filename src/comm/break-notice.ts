/** What one rank tells the others about why a communicator is broken. */

import * as errors from '../errors.ts'

interface BreakNotice {
  readonly name: string
  readonly message: string
  /** Rank in the job of who found out. */
  readonly foundBy: number
}

/** An error as found by a rank of the job: by this one, unless it came by notice and is only passed on. */
interface Found {
  readonly foundBy?: number
}

/** A program's own error may quote anything; the notice must fit a frame. */
const LONGEST_MESSAGE = 4000

/** The body of a BREAK frame. `rank`: this rank in the job. */
export function encodeBreak(error: errors.MpiError & Found, rank: number): Uint8Array {
  const { name, foundBy } = error
  const message = error.message.slice(0, LONGEST_MESSAGE)
  const notice: BreakNotice =
    foundBy === undefined
      ? { name, message: `${message} [found by rank ${rank} of the job]`, foundBy: rank }
      : { name, message, foundBy }
  return new TextEncoder().encode(JSON.stringify(notice))
}

/** The error behind a BREAK frame, of the same class as at the rank that found it; `foundBy` says which. */
export function decodeBreak(body: Uint8Array): errors.MpiError {
  const { name, message, foundBy } = JSON.parse(new TextDecoder().decode(body)) as BreakNotice
  const known = (errors as unknown as Record<string, unknown>)[name]
  const isMpiError = typeof known === 'function' && known.prototype instanceof errors.MpiError
  const error = new (isMpiError ? (known as typeof errors.MpiError) : errors.MpiError)(message)
  // For the launcher, which is to blame the rank that found out; not for programs to see.
  return Object.defineProperty(error, 'foundBy', { value: foundBy })
}
