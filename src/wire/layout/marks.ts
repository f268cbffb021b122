/** For the rare questions that only a look at each place answers. */

import type { Places, PlacesVisitor } from './places.ts'

/** Calls `f` with each place, in the order of the sequence. */
export function eachPlace(places: Places, f: (place: number) => void): void {
  const visitor: PlacesVisitor = {
    grid: (_at, start, rowStride, colStride, rows, cols) => {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < cols; c++) f(start + r * rowStride + c * colStride)
      }
    },
    list: (_at, displs, from, to) => {
      for (let k = from; k < to; k++) f(displs[k]!)
    },
  }
  places.visit(visitor, 0, places.count)
}

/** Whether some place comes twice. */
export function comesTwice(places: Places): boolean {
  const seen = new Uint8Array(places.high - places.low)
  let twice = false
  eachPlace(places, (place) => {
    if (seen[place - places.low] === 1) twice = true
    seen[place - places.low] = 1
  })
  return twice
}
