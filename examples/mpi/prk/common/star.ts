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
  const one = stride
  const two = 2 * stride
  for (let j = jFrom; j < jTo; j++) {
    let out = j * width + iFrom
    let at = (j + RADIUS) * stride + RADIUS + iFrom
    const end = at + iTo - iFrom
    // Along the row a window slides, four points at a time: each element of the row is read once.
    let w2 = input[at - 2]!
    let w1 = input[at - 1]!
    let a = input[at]!
    let b = input[at + 1]!
    for (; at < end - 3; at += 4, out += 4) {
      const c = input[at + 2]!
      const d = input[at + 3]!
      const e1 = input[at + 4]!
      const e2 = input[at + 5]!
      output[out]! +=
        0.25 * (b - w1 + input[at + one]! - input[at - one]!) +
        0.125 * (c - w2 + input[at + two]! - input[at - two]!)
      output[out + 1]! +=
        0.25 * (c - a + input[at + 1 + one]! - input[at + 1 - one]!) +
        0.125 * (d - w1 + input[at + 1 + two]! - input[at + 1 - two]!)
      output[out + 2]! +=
        0.25 * (d - b + input[at + 2 + one]! - input[at + 2 - one]!) +
        0.125 * (e1 - a + input[at + 2 + two]! - input[at + 2 - two]!)
      output[out + 3]! +=
        0.25 * (e1 - c + input[at + 3 + one]! - input[at + 3 - one]!) +
        0.125 * (e2 - b + input[at + 3 + two]! - input[at + 3 - two]!)
      w2 = c
      w1 = d
      a = e1
      b = e2
    }
    for (; at < end; at++, out++) {
      output[out]! +=
        0.25 * (input[at + 1]! - input[at - 1]! + input[at + one]! - input[at - one]!) +
        0.125 * (input[at + 2]! - input[at - 2]! + input[at + two]! - input[at - two]!)
    }
  }
}

/** Adds 1 to the tile, not to its frame. */
export function addOne(input: Float64Array, stride: number, width: number, height: number): void {
  for (let j = 0; j < height; j++) {
    let at = (j + RADIUS) * stride + RADIUS
    const end = at + width
    for (; at < end - 3; at += 4) {
      input[at]! += 1
      input[at + 1]! += 1
      input[at + 2]! += 1
      input[at + 3]! += 1
    }
    for (; at < end; at++) input[at]! += 1
  }
}

export function sumOfMagnitudes({ output, width, iFrom, iTo, jFrom, jTo }: Tile): number {
  let sum = 0
  for (let j = jFrom; j < jTo; j++) for (let i = iFrom; i < iTo; i++) sum += Math.abs(output[j * width + i]!)
  return sum
}
