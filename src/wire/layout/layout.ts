/** Layouts: some of the elements of a typed array, in some order, to be sent and received as one vector. */

import { BufferError, type Where } from '../../errors.ts'
import type { Raw } from '../datatype.ts'
import type { Places } from './places.ts'

/**
 * Some of the elements of a typed array, in a fixed order: what `vector`, `indexed` and `subarray` make.
 * Messages and collectives take it in place of a typed array, as a value and as `into`, and treat it as the vector of
 * these elements.
 *
 * It names the elements and does not hold them: what a call sends is what the array holds then. A layout never
 * changes, and can be used in any number of calls.
 * @see MPI-4.1 §5.1
 */
export class Layout<B extends Raw = Raw> {
  /** The array that the elements are in. */
  readonly data: B
  /** Number of elements. */
  readonly count: number
  /** Internal: which elements of `data`. */
  readonly places: Places

  /** Internal: programs get layouts from `vector`, `indexed` and `subarray`. */
  constructor(data: B, places: Places) {
    this.data = data
    this.count = places.count
    this.places = places
    Object.freeze(this)
  }
}

/** Throws unless the memory of a layout's data is there and cannot shrink. */
export function checkData({ data, places }: Layout, what: string, where: Where): void {
  const buffer = data.buffer as ArrayBufferLike & { resizable?: boolean; growable?: boolean }
  if (buffer.resizable || buffer.growable) {
    throw new BufferError(
      `${where}: the data of ${what} lies in a resizable buffer, which may shrink under a message; copy it`,
    )
  }
  if (places.high > data.length) {
    throw new BufferError(
      `${where}: the data of ${what} has no memory any more: its buffer was transferred elsewhere`,
    )
  }
}
