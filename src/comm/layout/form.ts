/** How long the result of a collective call is, and where input and result may be the same memory. */

import type { Scope } from '../collective/endpoint.ts'
import type { Target } from './target.ts'

export interface Form {
  /** Number of elements of the result for an input of so many; NaN if this rank cannot know. */
  resultLength(inputLength: number): number
  /** The element of the longer of the two from which on the shorter one may be the same memory; -1: there is none. */
  sharedFrom(inputLength: number, resultLength: number): number
  /** Brings what came to its places, if that is not all of the result. */
  deliver?(target: Target): void
}

/** Both have one length: reductions, scans, alltoall, bcast. */
export const sameLength: Form = {
  resultLength: (length) => length,
  sharedFrom: (input, result) => (input === result ? 0 : -1),
}

/** The input is this rank's block of the result: gather, allgather. */
export function gathering({ rank, size }: Scope): Form {
  return {
    resultLength: (length) => length * size,
    sharedFrom: (input) => rank * input,
  }
}

/** The result is this rank's block of the input: scatter, reduceScatter. With `counts`, blocks of those lengths. */
export function cutting({ rank, size }: Scope, counts?: ArrayLike<number>, displs?: ArrayLike<number>): Form {
  return counts === undefined
    ? { resultLength: (length) => length / size, sharedFrom: (_, result) => rank * result }
    : { resultLength: () => counts[rank]!, sharedFrom: () => ownDispl(rank, counts, displs) }
}

/** Where this rank's block begins; -1 if that cannot be known before the lengths of the other ranks are. */
export function ownDispl(
  rank: number,
  counts: ArrayLike<number> | undefined,
  displs: ArrayLike<number> | undefined,
): number {
  if (displs) return displs[rank] ?? -1
  if (!counts) return -1
  let start = 0
  for (let r = 0; r < rank; r++) start += counts[r]!
  return start
}

/** Blocks of and for neighbours, of which those that do not exist leave their places alone. Never in place. */
export function amongNeighbors(
  sources: readonly (number | null)[],
  resultLength: (inputLength: number) => number,
): Form {
  return {
    resultLength,
    sharedFrom: () => -1,
    deliver(target) {
      const length = target.layout.count / sources.length
      for (const [i, source] of sources.entries()) {
        if (source !== null) target.deliver(i * length, (i + 1) * length)
      }
    },
  }
}
