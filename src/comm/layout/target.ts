/**
 * Strided memory at the border of calls: packed before a call, unpacked after it. Inside, everything is a typed
 * array; elements that lie one after another in memory are one already, and are not copied.
 */

import { BufferError, type Where } from '../../errors.ts'
import type { Raw } from '../../wire/datatype.ts'
import { checkData, type Layout } from '../../wire/layout/layout.ts'
import { isStrided, layoutOf, type Strided } from '../../wire/layout/nd-view.ts'
import { contiguous, pack, roomFor, unpack } from '../../wire/layout/pack.ts'

/** What is sent for `value`: the elements of a layout or an ndarray-like, packed now; anything else as it is. */
export function packed(value: unknown, where: Where): unknown {
  if (ArrayBuffer.isView(value) || !isStrided(value)) return value
  const layout = checked(value, 'value', where)
  return contiguous(layout) ?? pack(layout)
}

/** The elements of a layout or an ndarray-like, in an array of their own. */
export function copied(value: Strided, what: string, where: Where): Raw {
  return pack(checked(value, what, where))
}

/** Where elements are received that a program wants in the places of a layout. */
export class Target {
  /** What the program gave as `into`, and gets back. */
  readonly given: Strided
  readonly layout: Layout
  /** Where the elements go first: to the places themselves, or to memory from which they are unpacked. */
  readonly array: Raw
  readonly #isUnpacked: boolean
  readonly #what: string
  readonly #where: Where

  /** Throws if no elements can be received there. */
  constructor(given: Strided, what: string, where: Where) {
    this.#what = what
    this.#where = where
    this.given = given
    this.layout = checked(given, what, where)
    checkDistinct(this.layout, what, where)
    const places = contiguous(this.layout)
    this.array = places ?? roomFor(this.layout)
    this.#isUnpacked = places === null
  }

  /** Brings the elements `from` up to, not including, `to` to their places. */
  deliver(from: number, to: number): void {
    if (!this.#isUnpacked) return
    checkData(this.layout, this.#what, this.#where)
    unpack(this.layout, this.array, from, to)
  }
}

function checked(value: Strided, what: string, where: Where): Layout {
  const layout = layoutOf(value, what, where)
  checkData(layout, what, where)
  return layout
}

function checkDistinct(layout: Layout, what: string, where: Where): void {
  if (layout.places.isDistinct) return
  throw new BufferError(
    `${where}: ${what} has the same element in several places (a stride of 0, blocks that overlap), so that what ` +
      'is received would overwrite itself; give places of their own',
  )
}
