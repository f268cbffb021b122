/** Making communicators with a grid: of all ranks of another (MPI-4.1 §8.5.1), and of parts of a grid (§8.5.7). */

import { checkOptions } from '../../check-options.ts'
import { CollectiveMismatchError } from '../../errors.ts'
import type { Core } from '../core.ts'
import { derive, firstOther } from '../make-communicator.ts'
import { checkDims, checkFlags, checkPeriods } from './check.ts'
import { Grid } from './grid.ts'
import type { CartOptions } from './types.ts'

/** The inside of a communicator with a grid. */
interface CartCore {
  readonly core: Core
  readonly grid: Grid
}

const OPTIONS = ['periods', 'reorder']

/** The ranks of the parent in a grid. All ranks give the same one. */
export async function createCart(
  parent: Core,
  dims: readonly number[],
  options: CartOptions | undefined,
): Promise<CartCore> {
  const where = `createCart on ${parent.label}, rank ${parent.rank} of ${parent.size}`
  checkOptions(options, OPTIONS, where)
  checkDims(dims, parent.size, where)
  const grid = new Grid(dims, checkPeriods(options?.periods, dims.length, where))
  const mine = [...grid.dims, ...grid.periods.map(Number)]
  const label = `${parent.label}.createCart([${dims.join(', ')}])`
  const core = await derive(parent, 'createCart', mine, label, (rows) => {
    const [rank, theirs] = firstOther(rows, mine) ?? []
    if (theirs === undefined) return parent.ranks
    throw new CollectiveMismatchError(
      `${where}: rank ${rank} gave ${shown(theirs)}, this rank ${shown(mine)}; all ranks must give the same grid`,
    )
  })
  return { core: core!, grid }
}

/** The ranks with which this one has the coordinates in common that `keep` leaves out. All ranks keep the same. */
export async function sub(parent: Core, grid: Grid, keep: readonly boolean[]): Promise<CartCore> {
  const where = `sub on ${parent.label}, rank ${parent.rank} of ${parent.size}`
  checkFlags('keep', keep, grid.dims.length, where)
  const coords = grid.coordsOf(parent.rank)
  const mine = keep.map(Number)
  const label = `${parent.label}.sub(${keep.map((isKept, d) => (isKept ? '*' : coords[d])).join(', ')})`
  const core = await derive(parent, 'sub', mine, label, (rows) => {
    const [rank, theirs] = firstOther(rows, mine) ?? []
    if (theirs !== undefined) {
      const flags = (numbers: readonly number[]): string => `[${numbers.map((n) => n === 1).join(', ')}]`
      throw new CollectiveMismatchError(
        `${where}: rank ${rank} keeps ${flags(theirs)}, this rank ${flags(mine)}; all ranks must keep the same dimensions`,
      )
    }
    // In the order of the parent's ranks, which is row-major in what is left too.
    return parent.ranks.filter((_, rank) => grid.coordsOf(rank).every((at, d) => keep[d] || at === coords[d]))
  })
  return { core: core!, grid: grid.part(keep) }
}

/** A grid as ranks tell each other: its dims, and then as many periods. */
function shown(numbers: readonly number[]): string {
  const n = numbers.length / 2
  const periods = numbers.slice(n).map((flag) => flag === 1)
  return `dims [${numbers.slice(0, n).join(', ')}] with periods [${periods.join(', ')}]`
}
