/** One step of time: the spectrum is damped, short waves more than long ones. */

import type { Box } from './transform.ts'

const ALPHA = 1e-6

export class Evolution {
  readonly #x: Float64Array
  readonly #y: Float64Array
  readonly #z: Float64Array

  /** For planes `firstY` to `endY` - 1. The factor of a wave is the product of one for each direction. */
  constructor({ nx, ny, nz }: Box, firstY: number, endY: number) {
    this.#x = factors(nx)
    this.#y = factors(ny).slice(firstY, endY)
    this.#z = factors(nz)
  }

  step(spectrum: Float64Array): void {
    const [fx, fy, fz] = [this.#x, this.#y, this.#z]
    const nx = fx.length
    let at = 0
    for (let z = 0; z < fz.length; z++) {
      for (let y = 0; y < fy.length; y++) {
        const factor = fz[z]! * fy[y]!
        for (let x = 0; x < nx; x++, at += 2) {
          const f = factor * fx[x]!
          spectrum[at]! *= f
          spectrum[at + 1]! *= f
        }
      }
    }
  }
}

function factors(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    const k = ((i + n / 2) % n) - n / 2
    return Math.exp(-4 * ALPHA * Math.PI ** 2 * k * k)
  })
}
