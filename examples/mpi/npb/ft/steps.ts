/** The steps of the transform. All strides are in complex numbers, all places in doubles. */

/**
 * A step of four: `length` rows of `run` complex numbers in `x`, `stride` apart, become as many in `y`, one after
 * another, that are four transforms of a quarter of the length.
 */
export function fourTo(
  x: Float64Array,
  from: number,
  stride: number,
  y: Float64Array,
  run: number,
  length: number,
  factors: Float64Array,
  direction: number,
): void {
  const quarter = (length / 4) | 0
  const width = (2 * run) | 0
  const far = (2 * stride * quarter) | 0
  for (let p = 0; p < quarter; p++) {
    const at = 6 * p
    const re1 = factors[at]!
    const im1 = direction * factors[at + 1]!
    const re2 = factors[at + 2]!
    const im2 = direction * factors[at + 3]!
    const re3 = factors[at + 4]!
    const im3 = direction * factors[at + 5]!
    let a = (from + 2 * stride * p) | 0
    let out = (4 * p * width) | 0
    for (const end = a + width; a < end; a += 2, out += 2) {
      const b = a + far
      const c = b + far
      const d = c + far
      const sumRe = x[a]! + x[c]!
      const sumIm = x[a + 1]! + x[c + 1]!
      const diffRe = x[a]! - x[c]!
      const diffIm = x[a + 1]! - x[c + 1]!
      const otherSumRe = x[b]! + x[d]!
      const otherSumIm = x[b + 1]! + x[d + 1]!
      // i (b - d), or -i (b - d)
      const turnedRe = direction * (x[d + 1]! - x[b + 1]!)
      const turnedIm = direction * (x[b]! - x[d]!)
      y[out] = sumRe + otherSumRe
      y[out + 1] = sumIm + otherSumIm
      const r1 = diffRe - turnedRe
      const i1 = diffIm - turnedIm
      const out1 = out + width
      y[out1] = r1 * re1 - i1 * im1
      y[out1 + 1] = r1 * im1 + i1 * re1
      const r2 = sumRe - otherSumRe
      const i2 = sumIm - otherSumIm
      const out2 = out1 + width
      y[out2] = r2 * re2 - i2 * im2
      y[out2 + 1] = r2 * im2 + i2 * re2
      const r3 = diffRe + turnedRe
      const i3 = diffIm + turnedIm
      const out3 = out2 + width
      y[out3] = r3 * re3 - i3 * im3
      y[out3 + 1] = r3 * im3 + i3 * re3
    }
  }
}

/** A step of two, between arrays without gaps. */
export function twoTo(
  x: Float64Array,
  y: Float64Array,
  run: number,
  length: number,
  factors: Float64Array,
  direction: number,
): void {
  const half = (length / 2) | 0
  const width = (2 * run) | 0
  const far = (width * half) | 0
  for (let p = 0; p < half; p++) {
    const re = factors[2 * p]!
    const im = direction * factors[2 * p + 1]!
    let a = (width * p) | 0
    let out = (2 * p * width) | 0
    for (const end = a + width; a < end; a += 2, out += 2) {
      const b = a + far
      const diffRe = x[a]! - x[b]!
      const diffIm = x[a + 1]! - x[b + 1]!
      y[out] = x[a]! + x[b]!
      y[out + 1] = x[a + 1]! + x[b + 1]!
      y[out + width] = diffRe * re - diffIm * im
      y[out + width + 1] = diffRe * im + diffIm * re
    }
  }
}

/** The last step: four rows of `run` complex numbers become `4 run / columns` rows of `columns`, `stride` apart. */
export function lastFour(
  x: Float64Array,
  run: number,
  columns: number,
  y: Float64Array,
  to: number,
  stride: number,
  direction: number,
): void {
  // Rows without a gap between them are one long row.
  const width = (2 * (stride === columns ? run : columns)) | 0
  const rows = ((2 * run) / width) | 0
  const far = (2 * run) | 0
  const farOut = ((2 * stride * run) / columns) | 0
  for (let row = 0; row < rows; row++) {
    let a = (row * width) | 0
    let out = (to + 2 * stride * row) | 0
    for (const end = a + width; a < end; a += 2, out += 2) {
      const b = a + far
      const c = b + far
      const d = c + far
      const sumRe = x[a]! + x[c]!
      const sumIm = x[a + 1]! + x[c + 1]!
      const diffRe = x[a]! - x[c]!
      const diffIm = x[a + 1]! - x[c + 1]!
      const otherSumRe = x[b]! + x[d]!
      const otherSumIm = x[b + 1]! + x[d + 1]!
      const turnedRe = direction * (x[d + 1]! - x[b + 1]!)
      const turnedIm = direction * (x[b]! - x[d]!)
      const out1 = out + farOut
      const out2 = out1 + farOut
      const out3 = out2 + farOut
      y[out] = sumRe + otherSumRe
      y[out + 1] = sumIm + otherSumIm
      y[out1] = diffRe - turnedRe
      y[out1 + 1] = diffIm - turnedIm
      y[out2] = sumRe - otherSumRe
      y[out2 + 1] = sumIm - otherSumIm
      y[out3] = diffRe + turnedRe
      y[out3 + 1] = diffIm + turnedIm
    }
  }
}
