/**
 * How the partial results of a reduction travel, combine and become its result.
 *
 * Algorithms that move whole partial results are written once against {@link Carrier}, for a P they know
 * nothing of; there is a carrier for every kind of value in carrier/. What works on parts of arrays
 * (allreduce/rabenseifner.ts, for instance) needs none.
 */

import type { Raw, TypeCode } from '../../wire/datatype.ts'
import { bracket } from './board/bracket.ts'
import type { Endpoint } from './endpoint.ts'

export interface Carrier<P> {
  /** Sends a partial; resolves when its memory may be used again. */
  send(endpoint: Endpoint, partial: P, dest: number): Promise<void>
  /** Receives a partial, which then is the algorithm's to combine into. */
  receive(endpoint: Endpoint, source: number): Promise<P>
  /**
   * low op high, where `low` comes from lower ranks. The result may be built in the memory of `out`: one
   * of the two, or another partial not needed any more, but never what this rank brought in.
   */
  combine(low: P, high: P, out: P): P
  /** A partial that is good for `out` only. */
  scratch(): P
  /** Takes back the memory of a partial not needed any more. Of what this rank brought in: does nothing. */
  release(partial: P): void
  /** The value that the program gets. */
  finish(partial: P): unknown
}

/** What one rank brings to a reduction. */
export interface Contribution<P = unknown> {
  readonly carrier: Carrier<P>
  /** Its value; nothing overwrites it. */
  readonly own: P
  /** Type and count for the call's signature. */
  readonly type: TypeCode
  readonly count: number
}

/** What the operands of all ranks combine to, bracketed by rank alone. All but `own` may be overwritten. */
export function bracketCarried<P>(carrier: Carrier<P>, operands: readonly P[], own: P): P {
  const combine = (low: P, high: P): P => carrier.combine(low, high, low === own ? high : low)
  return bracket(0, operands.length, (rank) => operands[rank]!, combine)
}

/** What numbers and items are taken for, whose length not all ranks know. */
const FEW_BYTES = 8

/** How long an operand is for the choice of an algorithm, which must be the same on all ranks. */
export function bytesToCarry(operand: unknown): number {
  return (operand as Partial<Raw>).byteLength ?? FEW_BYTES
}
