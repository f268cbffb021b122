/** The kernels as they lie in their folder, what each prints, and one slip in it that makes its answer wrong. */

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where the kernels are, from the root of the checkout. */
export const KERNEL_FOLDER = 'examples/mpi/kernels'

const path = fileURLToPath(new URL(`../../${KERNEL_FOLDER}`, import.meta.url))

/** File names, in order; picture.ts is what they share. */
export const KERNELS: readonly string[] = readdirSync(path)
  .filter((name) => name.endsWith('.ts') && name !== 'picture.ts')
  .sort()

export function kernelPath(name: string): string {
  return `${path}/${name}`
}

export function kernelText(name: string): string {
  return readFileSync(kernelPath(name), 'utf8')
}

export interface KernelAnswer {
  /** The one line that it prints, at any number of ranks. */
  readonly line: string | RegExp
  /** The first text replaced by the second, the kernel computes something wrong at any number of ranks. */
  readonly slip: readonly [string, string]
}

export const KERNEL_ANSWERS: Readonly<Record<string, KernelAnswer>> = {
  'conjugate-gradient.ts': {
    line: /^1600 unknowns, 8\d iterations: the middle gives way by 0\.062425662$/,
    slip: ['return 2 * (x * (1 - x)', 'return 3 * (x * (1 - x)'],
  },
  'fft.ts': {
    line: '4096 values: the strongest tones are 100 and 1000',
    slip: ['turn(byColumn, i * N + k, (first + i) * k)', 'turn(byColumn, i * N + k, first * k)'],
  },
  'game-of-life.ts': {
    line: 'after 48 generations the glider is back where it was, on a torus of 12 × 12 cells',
    slip: ['for (let y = 0; y < h + 2; y++) now', 'for (let y = 1; y < h + 1; y++) now'],
  },
  'heat-2d.ts': {
    line: 'after 200 steps the middle of the plate is at 0.785799217',
    slip: ['now[i - stride]! + now[i + stride]!', 'now[i - stride]! + now[i - stride]!'],
  },
  'k-means.ts': {
    line: '11 rounds: clusters of 1011, 1009, 1002, 996, 994, 988 points',
    slip: [
      'await world.allreduce(assign(points, centres, labels))',
      'assign(points.fill(1), centres, labels)',
    ],
  },
  'lattice-boltzmann.ts': {
    line: /^the flow is Poiseuille's parabola; in the middle it is \d\.\d{4}e-5 fast$/,
    slip: ['1, 2, 7, 8, 5, 6]', '1, 2, 8, 7, 6, 5]'],
  },
  'mandelbrot.ts': {
    line: '15160 of 86400 points in the set: its area is about 1.516',
    slip: ['y = 2 * x * y + cy', 'y = x * y + cy'],
  },
  'n-body.ts': {
    line: /^after \d+ steps the hearts of the clusters are \d\.\d{3} apart$/,
    slip: [
      'pull(mine, visiting, acceleration)\n  return',
      'pull(mine, mine.slice(3), acceleration)\n  return',
    ],
  },
  'page-rank.ts': {
    line: /^7\d rounds: the most important of 34 members are 34 with 0.10092, 1 with 0.09700, 33 with 0.07169$/,
    slip: ['(1 - DAMPING) / n', '(1 - DAMPING) / size'],
  },
  'sgd.ts': {
    line: 'after 60 epochs 145 of 150 irises are told right',
    slip: ['world.allreduce(gradient, SUM, { into: gradient })', 'world.allreduce(gradient.fill(1), SUM)'],
  },
}
