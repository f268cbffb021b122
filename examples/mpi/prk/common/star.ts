/** The star stencil of radius 2: its loops, free of messages. */

export const RADIUS = 2

export interface Tile {
  /** With a frame of RADIUS ghost cells around it: rows of `stride` elements. */
  readonly input: Float64Array
  /** Without a frame: rows of `width` elements. */
  readonly output: Float64Array
  readonly stride: number
  readonly width: number
  /** Where the stencil is applied: columns iFrom to iTo - 1, rows jFrom to jTo - 1 of the tile. */
  readonly iFrom: number
  readonly iTo: number
  readonly jFrom: number
  readonly jTo: number
}

/** output += the weighted differences along both axes: 1/4 at distance 1, 1/8 at distance 2. */
export function addStar({ input, output, stride, width, iFrom, iTo, jFrom, jTo }: Tile): void {
  for (let j = jFrom; j < jTo; j++) {
    const row = (j + RADIUS) * stride + RADIUS
    const out = j * width
    // Along the row a window of five slides: each element is read once.
    let w2 = input[row + iFrom - 2]!
    let w1 = input[row + iFrom - 1]!
    let here = input[row + iFrom]!
    let e1 = input[row + iFrom + 1]!
    for (let i = iFrom; i < iTo; i++) {
      const at = row + i
      const e2 = input[at + 2]!
      output[out + i]! +=
        0.25 * (e1 - w1 + input[at + stride]! - input[at - stride]!) +
        0.125 * (e2 - w2 + input[at + 2 * stride]! - input[at - 2 * stride]!)
      w2 = w1
      w1 = here
      here = e1
      e1 = e2
    }
  }
}

/** Adds 1 to the tile, not to its frame. */
export function addOne(input: Float64Array, stride: number, width: number, height: number): void {
  for (let j = 0; j < height; j++) {
    const from = (j + RADIUS) * stride + RADIUS
    const to = from + width
    for (let at = from; at < to; at++) input[at]! += 1
  }
}

export function sumOfMagnitudes({ output, width, iFrom, iTo, jFrom, jTo }: Tile): number {
  let sum = 0
  for (let j = jFrom; j < jTo; j++) for (let i = iFrom; i < iTo; i++) sum += Math.abs(output[j * width + i]!)
  return sum
}
