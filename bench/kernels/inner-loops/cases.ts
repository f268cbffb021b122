/** Each inner loop twice: as one first writes it, and as the kernel has it. Each side has data of its own. */

import { product } from '../../../examples/mpi/npb/cg/loops.ts'
import { makeRows as makeCgRows } from '../../../examples/mpi/npb/cg/matrix.ts'
import { fill } from '../../../examples/mpi/npb/common/random.ts'
import { addPairs } from '../../../examples/mpi/npb/ep/pairs.ts'
import { Fft } from '../../../examples/mpi/npb/ft/fft.ts'
import { countBuckets, layByOwner, makeKeys } from '../../../examples/mpi/npb/is/keys.ts'
import { makeLevels } from '../../../examples/mpi/npb/mg/level.ts'
import { residual } from '../../../examples/mpi/npb/mg/operators.ts'
import { addMatrixVector, makeRows as makeStarRows } from '../../../examples/mpi/prk/common/csr.ts'
import { add, sweep, triad } from '../../../examples/mpi/prk/common/loops.ts'
import { addProduct, addProductPlainly } from '../../../examples/mpi/prk/common/multiply.ts'
import { addStar } from '../../../examples/mpi/prk/common/star.ts'
import { makeStreams } from '../../../examples/mpi/prk/common/streams.ts'
import * as before from './before.ts'

/** One pass; gives what it has computed. */
export type Pass = () => ArrayLike<number>

export interface Case {
  /** As docs/kernels.md calls it, with the size measured here. */
  readonly name: string
  readonly before: () => Pass
  readonly after: () => Pass
  /** The two put their results in another order, so they are not compared element by element. */
  readonly isReordered?: boolean
}

const numbers = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => 1 + Math.sin(i))
const SEED = 271_828_183

function random(length: number): Case {
  const out = (): Float64Array => new Float64Array(length)
  return {
    name: `NPB random numbers, ${length}`,
    before: () => {
      const u = out()
      return () => {
        before.fill(u, SEED)
        return u
      }
    },
    after: () => {
      const u = out()
      return () => {
        fill(u, 0, length, SEED)
        return u
      }
    },
  }
}

/** A case whose sides differ in one call on the same kind of data. */
function sides<D>(
  name: string,
  make: () => D,
  first: (data: D) => ArrayLike<number>,
  then: (data: D) => ArrayLike<number>,
  isReordered = false,
): Case {
  const side = (run: (data: D) => ArrayLike<number>) => () => {
    const data = make()
    return () => run(data)
  }
  return { name, before: side(first), after: side(then), isReordered }
}

const ft = sides(
  'NPB FT, 4096 rows of 128',
  () => ({ fft: new Fft(128, 1), x: numbers(2 * 128 * 4096), y: new Float64Array(2 * 128 * 4096) }),
  ({ x, y }) => {
    for (let at = 0; at < x.length; at += 256) {
      const row = Array.from({ length: 128 }, (_, i) => ({ re: x[at + 2 * i]!, im: x[at + 2 * i + 1]! }))
      for (const [i, { re, im }] of before.transform(row).entries()) {
        y[at + 2 * i] = re
        y[at + 2 * i + 1] = im
      }
    }
    return y
  },
  ({ fft, x, y }) => {
    for (let at = 0; at < x.length; at += 256) fft.transform(1, 1, 1, x, at, y, at)
    return y
  },
)

const cg = sides(
  'NPB CG, 20 products, class W',
  () => {
    const n = 7000
    return { rows: makeCgRows({ n, nonzer: 8, shift: 12 }, 0, n), x: numbers(n), y: new Float64Array(n) }
  },
  ({ rows, x, y }) => {
    for (let k = 0; k < 20; k++) before.product(rows, x, y)
    return y
  },
  ({ rows, x, y }) => {
    for (let k = 0; k < 20; k++) product(rows, x, y)
    return y
  },
)

const ep = sides(
  'NPB EP, 2^20 pairs',
  () => {
    const u = new Float64Array(2 ** 21)
    fill(u, 0, u.length, SEED)
    return { u, sums: new Float64Array(2), counts: new Int32Array(10) }
  },
  ({ u, sums, counts }) => {
    before.addPairs(u, sums, counts)
    return [...sums, ...counts]
  },
  ({ u, sums, counts }) => {
    addPairs(u, sums, counts)
    return [...sums, ...counts]
  },
)

const mg = sides(
  'NPB MG residual, 128^3',
  () => {
    const level = makeLevels(128, 0, 1).at(-1)!
    const u = numbers(level.u.length)
    return { level, u, v: new Float64Array(u.length), r: level.r }
  },
  ({ level, u, v, r }) => {
    before.residual(level.n, u, v, r)
    return r.subarray((level.n + 2) ** 2 + level.n + 3, (level.n + 2) ** 2 + 2 * level.n + 3)
  },
  ({ level, u, v, r }) => {
    residual(level, u, v, r)
    return r.subarray((level.n + 2) ** 2 + level.n + 3, (level.n + 2) ** 2 + 2 * level.n + 3)
  },
)

/** Keys go to 1024 buckets, or to two ranks that have 512 buckets each. Where those begin is counted beforehand. */
const is: Case = {
  name: 'NPB IS, 2^23 keys laid to 1024 places, to 2',
  before: () => laying(1024),
  after: () => laying(2),
  isReordered: true,
}

function laying(places: number): Pass {
  const keys = makeKeys(314_159_265, 2 ** 23, 2 ** 19)
  const laid = new Int32Array(keys.length)
  const owners = Int32Array.from({ length: 1024 }, (_, bucket) => Math.floor((bucket * places) / 1024))
  const sizes = new Int32Array(1024)
  countBuckets(keys, sizes, 9)
  const starts = new Int32Array(places)
  for (const [bucket, size] of sizes.entries())
    for (let place = owners[bucket]! + 1; place < places; place++) starts[place]! += size
  return () => {
    layByOwner(keys, laid, owners, starts.slice(), 9)
    return laid
  }
}

const streams: Case = {
  name: 'PRK random, jumping ahead in a stream',
  before: () => () => before.makeStreams(4096, 7),
  after: () => () => makeStreams(4096, 7),
}

const dgemm = sides(
  'PRK dgemm, 500 x 32 x 500',
  () => ({ a: numbers(500 * 32), b: numbers(32 * 500), c: new Float64Array(500 * 500) }),
  ({ a, b, c }) => {
    addProductPlainly(a, b, c, 500, 32, 500)
    return c
  },
  ({ a, b, c }) => {
    addProduct(a, b, c, 500, 32, 500)
    return c
  },
)

const p2p = sides(
  'PRK p2p, 1000 x 2000',
  () =>
    Float64Array.from({ length: 2_000_000 }, (_, at) => (at < 1000 ? at : at % 1000 === 0 ? at / 1000 : 0)),
  (grid) => {
    before.sweep(grid, 1000, 1, 2000)
    return grid
  },
  (grid) => {
    sweep(grid, 1000, 1, 2000)
    return grid
  },
)

const reduce = sides(
  'PRK reduce, 10^6',
  () => ({ vector: numbers(1e6), ones: new Float64Array(1e6).fill(1) }),
  ({ vector, ones }) => {
    before.add(vector, ones)
    return vector
  },
  ({ vector, ones }) => {
    add(vector, ones)
    return vector
  },
)

const nstream = sides(
  'PRK nstream, 2 * 10^6',
  () => ({ a: new Float64Array(2e6), b: numbers(2e6), c: numbers(2e6) }),
  ({ a, b, c }) => {
    before.triad(a, b, c, 3)
    return a
  },
  ({ a, b, c }) => {
    triad(a, b, c, 3)
    return a
  },
)

const sparse = sides(
  'PRK sparse, 2^18 rows of 17',
  () => ({ ...makeStarRows(9, 4, 0, 2 ** 18), vector: numbers(2 ** 18), result: new Float64Array(2 ** 18) }),
  ({ columns, values, vector, result }) => {
    before.addMatrixVector(columns, values, 17, vector, result)
    return result
  },
  ({ columns, values, vector, result }) => {
    addMatrixVector(columns, values, 17, vector, result)
    return result
  },
)

const stencil = sides(
  'PRK stencil, 1414 x 1414',
  () => ({ input: numbers(1418 * 1418), output: new Float64Array(1414 * 1414) }),
  ({ input, output }) => {
    before.addStar(input, output, 1414)
    return output
  },
  ({ input, output }) => {
    addStar({ input, output, stride: 1418, width: 1414, iFrom: 0, iTo: 1414, jFrom: 0, jTo: 1414 })
    return output
  },
)

/** In the order of docs/kernels.md. */
export const CASES: readonly Case[] = [
  ft,
  random(8192),
  random(2 ** 20),
  streams,
  dgemm,
  p2p,
  cg,
  is,
  reduce,
  ep,
  sparse,
  nstream,
  stencil,
  mg,
]
