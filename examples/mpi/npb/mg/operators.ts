/**
 * The four operators of MG, each a cube of 27 points whose weights depend on the distance from its middle only.
 *
 * The eight points round a point of a row, in the plane across it, come as two sums: of the four sides and of the four
 * corners. Each is needed at three points of the row, so it is computed once and handed on from point to point, in
 * variables: 10 loads a point instead of 22.
 */

import type { Level } from './level.ts'

/** Weights of the smoother: middle, faces, edges. */
export type Smoother = readonly [number, number, number]

/** r = v - A u; the weights of A are -8/3, 0, 1/6 and 1/12. `v` and `r` may be the same. */
export function residual(level: Level, u: Float64Array, v: Float64Array, r: Float64Array): void {
  const { n, side, planes } = level
  const plane = side * side
  for (let k = 1; k <= planes; k++) {
    for (let j = 1; j <= n; j++) {
      const row = k * plane + j * side
      const [north, south, down, up] = [row - side, row + side, row - plane, row + plane]
      const [downNorth, downSouth, upNorth, upSouth] = [down - side, down + side, up - side, up + side]
      let sidesLeft = u[north]! + u[south]! + u[down]! + u[up]!
      let cornersLeft = u[downNorth]! + u[downSouth]! + u[upNorth]! + u[upSouth]!
      let sides = u[north + 1]! + u[south + 1]! + u[down + 1]! + u[up + 1]!
      let corners = u[downNorth + 1]! + u[downSouth + 1]! + u[upNorth + 1]! + u[upSouth + 1]!
      for (let i = 1; i <= n; i++) {
        const right = i + 1
        const sidesRight = u[north + right]! + u[south + right]! + u[down + right]! + u[up + right]!
        const cornersRight =
          u[downNorth + right]! + u[downSouth + right]! + u[upNorth + right]! + u[upSouth + right]!
        r[row + i] =
          v[row + i]! +
          (8 / 3) * u[row + i]! -
          (1 / 6) * (corners + sidesLeft + sidesRight) -
          (1 / 12) * (cornersLeft + cornersRight)
        sidesLeft = sides
        sides = sidesRight
        cornersLeft = corners
        corners = cornersRight
      }
      r[row] = r[row + n]!
      r[row + n + 1] = r[row + 1]!
    }
  }
}

/** u += S r */
export function smooth(level: Level, r: Float64Array, u: Float64Array, smoother: Smoother): void {
  const { n, side, planes } = level
  const [middle, face, edge] = smoother
  const plane = side * side
  for (let k = 1; k <= planes; k++) {
    for (let j = 1; j <= n; j++) {
      const row = k * plane + j * side
      const [north, south, down, up] = [row - side, row + side, row - plane, row + plane]
      const [downNorth, downSouth, upNorth, upSouth] = [down - side, down + side, up - side, up + side]
      let sidesLeft = r[north]! + r[south]! + r[down]! + r[up]!
      let sides = r[north + 1]! + r[south + 1]! + r[down + 1]! + r[up + 1]!
      let left = r[row]!
      let here = r[row + 1]!
      for (let i = 1; i <= n; i++) {
        const next = i + 1
        const sidesRight = r[north + next]! + r[south + next]! + r[down + next]! + r[up + next]!
        const corners = r[downNorth + i]! + r[downSouth + i]! + r[upNorth + i]! + r[upSouth + i]!
        const right = r[row + next]!
        u[row + i]! +=
          middle * here + face * (left + right + sides) + edge * (corners + sidesLeft + sidesRight)
        sidesLeft = sides
        sides = sidesRight
        left = here
        here = right
      }
      u[row] = u[row + n]!
      u[row + n + 1] = u[row + 1]!
    }
  }
}

/**
 * The residual on the next coarser grid, planes `start` to `end` - 1. Coarse plane j lies in fine plane 2 j + 1, and so
 * for rows and points.
 */
export function restrict(fine: Level, coarse: Level, start: number, end: number): void {
  const { side, first } = fine
  const plane = side * side
  const r = fine.r
  const s = coarse.r
  for (let k = start; k < end; k++) {
    for (let j = 1; j <= coarse.n; j++) {
      const row = (2 * k + 2 - first) * plane + 2 * j * side
      const [north, south, down, up] = [row - side, row + side, row - plane, row + plane]
      const [downNorth, downSouth, upNorth, upSouth] = [down - side, down + side, up - side, up + side]
      const out = (k - coarse.first + 1) * coarse.side * coarse.side + j * coarse.side
      let left = r[row + 1]!
      let sidesLeft = r[north + 1]! + r[south + 1]! + r[down + 1]! + r[up + 1]!
      let cornersLeft = r[downNorth + 1]! + r[downSouth + 1]! + r[upNorth + 1]! + r[upSouth + 1]!
      for (let i = 1; i <= coarse.n; i++) {
        const at = 2 * i
        const next = at + 1
        const right = r[row + next]!
        const sides = r[north + at]! + r[south + at]! + r[down + at]! + r[up + at]!
        const corners = r[downNorth + at]! + r[downSouth + at]! + r[upNorth + at]! + r[upSouth + at]!
        const sidesRight = r[north + next]! + r[south + next]! + r[down + next]! + r[up + next]!
        const cornersRight =
          r[downNorth + next]! + r[downSouth + next]! + r[upNorth + next]! + r[upSouth + next]!
        s[out + i] =
          0.5 * r[row + at]! +
          0.25 * (left + right + sides) +
          0.125 * (sidesLeft + sidesRight + corners) +
          0.0625 * (cornersLeft + cornersRight)
        left = right
        sidesLeft = sidesRight
        cornersLeft = cornersRight
      }
      s[out] = s[out + coarse.n]!
      s[out + coarse.n + 1] = s[out + 1]!
    }
  }
}

/**
 * Adds the coarse u, interpolated, to the fine one, ghosts too: a rank has all that they want. A fine point lies on a
 * coarse one or half way between two, in each direction; both cases are the mean of two, which may be the same.
 */
export function prolong(coarse: Level, fine: Level): void {
  const { n, side, first, planes } = fine
  const z = coarse.u
  const u = fine.u
  const coarsePlane = coarse.side * coarse.side
  for (let k = 0; k <= planes + 1; k++) {
    const below = ((first + k) >> 1) - coarse.first
    const above = ((first + k + 1) >> 1) - coarse.first
    for (let j = 0; j <= n + 1; j++) {
      const north = (j >> 1) * coarse.side
      const south = ((j + 1) >> 1) * coarse.side
      const belowNorth = below * coarsePlane + north
      const belowSouth = below * coarsePlane + south
      const aboveNorth = above * coarsePlane + north
      const aboveSouth = above * coarsePlane + south
      const row = (k * side + j) * side
      let left = z[belowNorth]! + z[belowSouth]! + z[aboveNorth]! + z[aboveSouth]!
      for (let i = 0; i <= coarse.n; i++) {
        const next = i + 1
        const right =
          z[belowNorth + next]! + z[belowSouth + next]! + z[aboveNorth + next]! + z[aboveSouth + next]!
        u[row + 2 * i]! += 0.25 * left
        u[row + 2 * i + 1]! += 0.125 * (left + right)
        left = right
      }
    }
  }
}

/** The sum of the squares of this rank's points. */
export function sumOfSquares({ n, side, planes }: Level, grid: Float64Array): number {
  let sum = 0
  for (let k = 1; k <= planes; k++) {
    for (let j = 1; j <= n; j++) {
      const row = (k * side + j) * side
      for (let i = 1; i <= n; i++) sum += grid[row + i]! * grid[row + i]!
    }
  }
  return sum
}
