/**
 * The arithmetic of a Cartesian grid: which rank has which coordinates (MPI-4.1 §8.5). Row-major: the last
 * coordinate is the one that changes from each rank to the next. What it is given has been checked.
 */

export class Grid {
  readonly dims: readonly number[]
  /** Whether each dimension is closed to a ring. */
  readonly periods: readonly boolean[]

  constructor(dims: readonly number[], periods: readonly boolean[]) {
    this.dims = Object.freeze([...dims])
    this.periods = Object.freeze([...periods])
  }

  coordsOf(rank: number): number[] {
    const coords = new Array<number>(this.dims.length)
    let rest = rank
    for (let d = this.dims.length - 1; d >= 0; d--) {
      coords[d] = rest % this.dims[d]!
      rest = Math.floor(rest / this.dims[d]!)
    }
    return coords
  }

  /** The rank at `coords`, which wrap around where the grid is closed; null beyond an open edge. */
  rankOf(coords: readonly number[]): number | null {
    let rank = 0
    for (const [d, n] of this.dims.entries()) {
      let at = coords[d]!
      if (at < 0 || at >= n) {
        if (!this.periods[d]) return null
        at = ((at % n) + n) % n
      }
      rank = rank * n + at
    }
    return rank
  }

  /** The rank `by` places further along dimension `d`; null beyond an open edge. */
  shifted(rank: number, d: number, by: number): number | null {
    const coords = this.coordsOf(rank)
    coords[d]! += by
    return this.rankOf(coords)
  }

  /** The dimensions that `keep` marks. */
  part(keep: readonly boolean[]): Grid {
    const isKept = (_: unknown, d: number): boolean => keep[d]!
    return new Grid(this.dims.filter(isKept), this.periods.filter(isKept))
  }
}
