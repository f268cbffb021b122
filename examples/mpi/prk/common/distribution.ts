/** Where the particles of pic are in the beginning: the four ways that the command line may ask for. */

import { check } from './kernel.ts'

export interface Distribution {
  readonly mode: string
  /** What the kernel says about it. */
  readonly lines: readonly string[]
  /** How many particles are expected in cell (x, y). */
  readonly mean: (x: number, y: number) => number
}

/** The lines that explain them, behind the first line of the usage. */
export const MODES = `          <init mode> <init parameters>]
   init mode "GEOMETRIC"  parameters: <attenuation factor>
             "SINUSOIDAL" parameters: none
             "LINEAR"     parameters: <negative slope> <constant offset>
             "PATCH"      parameters: <xleft> <xright>  <ybottom> <ytop>`

const PARAMETERS: Readonly<Record<string, number>> = { GEOMETRIC: 1, SINUSOIDAL: 0, LINEAR: 2, PATCH: 4 }

/** What `words`, a mode and its parameters, ask for: about `n` particles on a grid of L x L cells. */
export function distributionOf([mode = '', ...words]: readonly string[], n: number, L: number): Distribution {
  const wanted = PARAMETERS[mode]
  check(wanted !== undefined, 'Unsupported particle initializating mode')
  const values = words.map(Number)
  check(values.length >= wanted! && values.every(Number.isFinite), `Not enough arguments for ${mode}`)
  const [a, b, c, d] = values as [number, number, number, number]
  if (mode === 'GEOMETRIC') {
    const first = a === 1 ? n / L / L : (n * (1 - a)) / (1 - a ** L) / L
    return {
      mode,
      lines: [`  Attenuation factor               = ${a.toFixed(6)}`],
      mean: (x) => first * a ** x,
    }
  }
  if (mode === 'SINUSOIDAL') {
    return { mode, lines: [], mean: (x) => (2 * Math.cos((x * Math.PI) / L) ** 2 * n) / (L * L) }
  }
  if (mode === 'LINEAR') {
    check(b >= 0 && b >= a, 'linear profile gives negative particle density')
    const step = 1 / (L - 1)
    const total = b * L - a * 0.5 * step * L * (L - 1)
    return {
      mode,
      lines: [
        `  Negative slope                   = ${a.toFixed(6)}`,
        `  Offset                           = ${b.toFixed(6)}`,
      ],
      mean: (x) => (n * (b - a * step * x)) / total / L,
    }
  }
  const isPatch = values.slice(0, 4).every((value) => Number.isSafeInteger(value) && value >= 0)
  check(isPatch && a < b && c < d && b <= L && d <= L, 'inconsistent initial patch')
  const perCell = n / ((b - a + 1) * (d - c + 1))
  return {
    mode,
    lines: [`  Bounding box                     = ${a}, ${b}, ${c}, ${d}`],
    mean: (x, y) => (x >= a && x <= b && y >= c && y <= d ? perCell : 0),
  }
}
