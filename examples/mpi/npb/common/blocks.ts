/** Cutting a line of `length` things in as many blocks as there are ranks, whose lengths differ by at most one. */

export interface Blocks {
  /** Where the block of each rank starts, and at the end `length`. */
  readonly starts: readonly number[]
  readonly counts: readonly number[]
}

export function blocks(length: number, size: number): Blocks {
  const starts = Array.from({ length: size + 1 }, (_, r) => Math.floor((r * length) / size))
  return fromStarts(starts)
}

/** Blocks between given borders. */
export function fromStarts(starts: readonly number[]): Blocks {
  return { starts, counts: starts.slice(1).map((end, r) => end - starts[r]!) }
}
