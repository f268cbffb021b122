/** What is known of a received message besides its value (MPI-4.1 §3.2.5). */

import { ctorOf, elementSize, ITEM, type TypeCode, type TypedCtor } from '../wire/datatype.ts'
import type { Frame } from '../wire/frame.ts'

export interface Status {
  /** Rank of the sender in the communicator; null if there was none (`recv(null)`). */
  readonly source: number | null
  readonly tag: number
  /** Elements of a typed array; 1 for any other value; 0 from null. */
  readonly count: number
  /** Length of the message in bytes; for other values than typed arrays, of their serialised form. */
  readonly bytes: number
  /** Constructor of the typed array; null for any other value. */
  readonly type: TypedCtor | null
}

/** The status of a message with this header. */
export function statusOf({ source, tag, type, bytes }: Frame): Status {
  return statusFrom(source, tag, type, bytes)
}

/** The status of a message of `bytes` bytes of element type `type`. */
export function statusFrom(source: number, tag: number, type: TypeCode, bytes: number): Status {
  const count = type === ITEM ? 1 : bytes / elementSize(type)
  return { source, tag, count, bytes, type: ctorOf(type) }
}

/** The status of a receive from null (MPI_PROC_NULL). */
export const NO_MESSAGE: Status = Object.freeze({ source: null, tag: -1, count: 0, bytes: 0, type: null })
