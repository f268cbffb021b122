/**
 * Pictures for the kernels: `--png` on the command line asks for one, and rank 0 writes it.
 *
 * The encoder is loaded only then, so that without it everything else works.
 */

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

export type Color = readonly [red: number, green: number, blue: number]

/** The file that `--png FILE` names, `fallback` for `--png` alone, null if no picture is wanted. */
export function pictureFile(fallback: string): string | null {
  const { values, positionals } = parseArgs({ options: { png: { type: 'boolean' } }, allowPositionals: true })
  return values.png ? (positionals[0] ?? fallback) : null
}

export class Picture {
  readonly width: number
  readonly height: number
  readonly #data: Uint8Array

  constructor(width: number, height: number, background: Color = [255, 255, 255]) {
    this.width = width
    this.height = height
    this.#data = new Uint8Array(3 * width * height)
    for (let i = 0; i < width * height; i++) this.#data.set(background, 3 * i)
  }

  /** Colours one pixel; `y` counts downwards. What lies outside the picture is left out. */
  paint(x: number, y: number, color: Color): void {
    const column = Math.floor(x)
    const row = Math.floor(y)
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) return
    this.#data.set(color, 3 * (row * this.width + column))
  }

  /** Colours a square of 2 r + 1 pixels. */
  dot(x: number, y: number, r: number, color: Color): void {
    for (let dy = -r; dy <= r; dy++) for (let dx = -r; dx <= r; dx++) this.paint(x + dx, y + dy, color)
  }

  async write(file: string): Promise<void> {
    const { encode } = await import('fast-png')
    const image = { width: this.width, height: this.height, data: this.#data, channels: 3 }
    writeFileSync(file, encode(image, { zlib: { level: 9 } }))
  }
}

/** From dark blue over violet and orange to pale yellow. */
const GLOW: readonly Color[] = [
  [4, 6, 30],
  [58, 18, 104],
  [140, 35, 110],
  [214, 70, 74],
  [248, 146, 42],
  [252, 240, 170],
]

/** The colour of `t`, from 0 (dark) to 1 (bright), in 64 steps: fewer colours make smaller files. */
export function glow(t: number): Color {
  const place = (Math.round(Math.min(1, Math.max(0, t)) * 64) / 64) * (GLOW.length - 1)
  const low = Math.min(GLOW.length - 2, Math.floor(place))
  const [a, b] = [GLOW[low]!, GLOW[low + 1]!]
  const between = (i: 0 | 1 | 2) => Math.round(a[i] + (place - low) * (b[i] - a[i]))
  return [between(0), between(1), between(2)]
}

/** Colours that are easy to tell apart, for groups. */
export const GROUPS: readonly Color[] = [
  [31, 119, 180],
  [255, 127, 14],
  [44, 160, 44],
  [214, 39, 40],
  [148, 103, 189],
  [140, 86, 75],
  [227, 119, 194],
  [23, 190, 207],
]
