/** The checks of what a program passes about grids: dims, flags, ranks, coordinates, directions. */

import { CountError, RankError, TypeMismatchError, type Where } from '../../errors.ts'
import { dimsCreate } from './dims-create.ts'
import type { Grid } from './grid.ts'

/** Throws unless `dims` are the sides of a grid with a place for each of `size` ranks. */
export function checkDims(dims: unknown, size: number, where: Where): asserts dims is readonly number[] {
  if (!Array.isArray(dims)) {
    throw new TypeMismatchError(
      `${where}: dims is ${described(dims)}; give a list with one number per dimension`,
    )
  }
  const bad = dims.findIndex((n) => !Number.isSafeInteger(n) || n < 1)
  if (bad >= 0) {
    throw new CountError(
      `${where}: dims[${bad}] is ${String(dims[bad])}; give an integer, 1 or more, ` +
        `or dims that dimsCreate(${size}, [${dims.map(() => 0).join(', ')}]) chooses`,
    )
  }
  const product = dims.reduce((a, b) => a * b, 1)
  if (product === size) return
  const places = dims.length === 0 ? 'no dims make 1 place' : `${dims.join(' × ')} = ${product} places`
  const cure =
    dims.length === 0
      ? `give dims whose product is ${size}`
      : `give dimsCreate(${size}, [${dims.map(() => 0)}]) = [${dimsCreate(
          size,
          dims.map(() => 0),
        ).join(', ')}]`
  const fewer = product < size ? `, or first make a communicator of ${product} with split` : ''
  throw new CountError(`${where}: ${places} for ${size} ranks; ${cure}${fewer}`)
}

/** One flag per dimension, of what may be one for all, or none. */
export function checkPeriods(periods: unknown, count: number, where: Where): readonly boolean[] {
  if (periods === undefined || typeof periods === 'boolean') {
    return new Array<boolean>(count).fill(periods === true)
  }
  checkFlags('periods', periods, count, where)
  return periods
}

/** Throws unless `flags` is a list of true or false for each dimension. */
export function checkFlags(
  name: string,
  flags: unknown,
  count: number,
  where: Where,
): asserts flags is readonly boolean[] {
  if (Array.isArray(flags) && flags.every((flag) => typeof flag === 'boolean')) {
    if (flags.length === count) return
    throw new CountError(
      `${where}: ${name} has length ${flags.length}; it needs true or false for each of the ${count} dimensions`,
    )
  }
  throw new TypeMismatchError(
    `${where}: ${name} is ${described(flags)}; give a list with true or false for each of the ${count} dimensions`,
  )
}

/** Throws unless `rank` is one of the grid. */
export function checkPlace(rank: unknown, size: number, where: Where): asserts rank is number {
  if (typeof rank === 'number' && Number.isInteger(rank) && rank >= 0 && rank < size) return
  const ranks = size === 1 ? 'the only rank is 0' : `the ranks are 0 to ${size - 1}`
  throw new RankError(`${where}: the rank is ${described(rank)}, but ${ranks}`)
}

/** The rank at `coords`. Throws if they are not integers, or lie beyond an open edge. */
export function checkCoords(grid: Grid, coords: unknown, where: Where): number {
  const { dims, periods } = grid
  if (!Array.isArray(coords)) {
    throw new TypeMismatchError(
      `${where}: coords is ${described(coords)}; give a list with one number for each of the ${dims.length} dimensions`,
    )
  }
  if (coords.length !== dims.length) {
    throw new CountError(
      `${where}: coords has length ${coords.length}; it needs one number for each of the ${dims.length} dimensions`,
    )
  }
  for (const [d, at] of (coords as readonly unknown[]).entries()) {
    if (!Number.isSafeInteger(at))
      throw new RankError(`${where}: coords[${d}] is ${described(at)}; give an integer`)
    const inside = (at as number) >= 0 && (at as number) < dims[d]!
    if (inside || periods[d]) continue
    throw new RankError(
      `${where}: coords[${d}] is ${String(at)}, but the dimension is open and has places 0 to ${dims[d]! - 1}; ` +
        'for a neighbour that may not exist use shift, which gives null',
    )
  }
  return grid.rankOf(coords)!
}

/** Throws unless `direction` is a dimension and `displacement` a distance along it. */
export function checkShift(count: number, direction: unknown, displacement: unknown, where: Where): void {
  if (!Number.isInteger(direction) || (direction as number) < 0 || (direction as number) >= count) {
    const range =
      count === 0
        ? 'the grid has no dimensions'
        : count === 1
          ? 'the only dimension is 0'
          : `the dimensions are 0 to ${count - 1}`
    throw new CountError(`${where}: the direction is ${described(direction)}, but ${range}`)
  }
  if (!Number.isSafeInteger(displacement))
    throw new CountError(`${where}: the displacement is ${described(displacement)}; give an integer`)
}

function described(value: unknown): string {
  if (typeof value === 'string') return `the string "${value.slice(0, 40)}"`
  if (Array.isArray(value)) return `[${value.map(String).join(', ').slice(0, 60)}]`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
