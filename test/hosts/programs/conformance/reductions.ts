/** Collectives that combine data: reduce, allreduce, reduceScatter, scan, exscan, with every kind of operation. */

import {
  BAND,
  BOR,
  BXOR,
  type Communicator,
  createOp,
  LAND,
  LOR,
  LXOR,
  MAX,
  MAXLOC,
  MIN,
  MINLOC,
  PROD,
  type Raw,
  SUM,
  type TypedCtor,
} from 'tsmpi'
import type { Record } from './record.ts'
import { folded, ranksOf, valuesOf } from './values.ts'

type Numeric = number | bigint

const add = (a: Numeric, b: Numeric): Numeric => (a as number) + (b as number)
const larger = (a: Numeric, b: Numeric): Numeric => [a, b][Number(a < b)]!
const smaller = (a: Numeric, b: Numeric): Numeric => [a, b][Number(a > b)]!

/** Each with the loop that it stands for. */
const OPS: readonly (readonly [name: string, op: unknown, model: (a: Numeric, b: Numeric) => Numeric])[] = [
  ['SUM', SUM, add],
  ['MAX', MAX, larger],
  ['MIN', MIN, smaller],
]

export async function combineArrays(
  comm: Communicator,
  ctor: TypedCtor<Raw>,
  length: number,
  record: Record,
): Promise<void> {
  const { rank, size } = comm
  const arrays = (n: number, from = 0, to = size): Raw[] =>
    ranksOf(size)
      .slice(from, to)
      .map((r) => valuesOf(ctor, r, n))
  for (const [name, op, model] of OPS) {
    const use = op as typeof SUM
    const mine = valuesOf(ctor, rank, length)
    const total = folded(arrays(length), model)
    for (const root of new Set([0, size - 1])) {
      const result = await comm.reduce(mine, use, root)
      record.is(`reduce ${name}`, result, rank === root ? total : undefined)
      const own = mine.slice()
      if (rank === root) await comm.reduce(own, use, root, { into: own })
      else await comm.reduce(own, use, root)
      record.is(`reduce ${name} in place`, own, rank === root ? total : mine)
    }
    record.is(`allreduce ${name}`, await comm.allreduce(mine, use), total)
    const place = mine.slice()
    record.is(`allreduce ${name} in place`, await comm.allreduce(place, use, { into: place }), total)
    const upTo = folded(arrays(length, 0, rank + 1), model)
    record.is(`scan ${name}`, await comm.scan(mine, use), upTo)
    const scanned = mine.slice()
    record.is(`scan ${name} in place`, await comm.scan(scanned, use, { into: scanned }), upTo)
    const before = rank === 0 ? undefined : folded(arrays(length, 0, rank), model)
    record.is(`exscan ${name}`, await comm.exscan(mine, use), before)
    const exscanned = mine.slice()
    await comm.exscan(exscanned, use, { into: exscanned })
    if (rank > 0) record.is(`exscan ${name} in place`, exscanned, before)
    const whole = folded(arrays(length * size), model)
    const part = whole.slice(rank * length, (rank + 1) * length)
    record.is(
      `reduceScatter ${name}`,
      await comm.reduceScatter(valuesOf(ctor, rank, length * size), use),
      part,
    )
    const into = new ctor(length)
    await comm.reduceScatter(valuesOf(ctor, rank, length * size), use, { into })
    record.is(`reduceScatter ${name} into`, into, part)
  }
}

/** Numbers, bits, truth values, places, and functions of the user's. */
export async function combineValues(comm: Communicator, record: Record): Promise<void> {
  const { rank, size } = comm
  const ranks = ranksOf(size)
  record.is('a number', await comm.allreduce(rank + 1), (size * (size + 1)) / 2)
  record.is(
    'a bigint',
    await comm.allreduce(3n ** 50n + BigInt(rank), PROD),
    ranks.reduce((product, r) => product * (3n ** 50n + BigInt(r)), 1n),
  )
  for (const [name, op, model] of [
    ['LAND', LAND, ranks.every((r) => r % 2 === 0)],
    ['LOR', LOR, ranks.some((r) => r % 2 === 0)],
    ['LXOR', LXOR, ranks.filter((r) => r % 2 === 0).length % 2 === 1],
  ] as const) {
    record.is(name, await comm.allreduce(rank % 2 === 0, op), model)
  }
  const bits = (r: number): number => 0x0ff0 ^ (r * 0x1111)
  for (const [name, op, model] of [
    ['BAND', BAND, ranks.map(bits).reduce((a, b) => a & b)],
    ['BOR', BOR, ranks.map(bits).reduce((a, b) => a | b)],
    ['BXOR', BXOR, ranks.map(bits).reduce((a, b) => a ^ b)],
  ] as const) {
    for (const length of [1, 3000]) {
      const mine = new Int32Array(length).fill(bits(rank))
      record.is(name, await comm.allreduce(mine, op), new Int32Array(length).fill(model))
    }
  }
  const height = (r: number): number => (r * 7) % 5
  const heights = ranks.map(height)
  for (const [name, op, model] of [
    ['MAXLOC', MAXLOC, Math.max(...heights)],
    ['MINLOC', MINLOC, Math.min(...heights)],
  ] as const) {
    const found = await comm.allreduce({ value: height(rank), index: rank }, op)
    record.is(name, found, { value: model, index: heights.indexOf(model) })
  }

  // Order matters to a joiner of texts, and to a product of matrices.
  const join = (a: string, b: string): string => a + b
  const texts = ranks.map((r) => `<${r}>`)
  record.is('texts', await comm.allreduce(texts[rank]!, join), texts.join(''))
  record.is('texts in scan', await comm.scan(texts[rank]!, join), texts.slice(0, rank + 1).join(''))
  const before = rank === 0 ? undefined : texts.slice(0, rank).join('')
  record.is('texts in exscan', await comm.exscan(texts[rank]!, join), before)
  for (const root of new Set([0, size - 1])) {
    const joined = await comm.reduce(texts[rank]!, join, root)
    record.is('texts in reduce', joined, rank === root ? texts.join('') : undefined)
  }
  const product = (a: Float64Array, b: Float64Array): Float64Array =>
    Float64Array.of(
      a[0]! * b[0]! + a[1]! * b[2]!,
      a[0]! * b[1]! + a[1]! * b[3]!,
      a[2]! * b[0]! + a[3]! * b[2]!,
      a[2]! * b[1]! + a[3]! * b[3]!,
    )
  const matrix = (r: number): Float64Array => Float64Array.of(1, r, 1, r + 1)
  record.is(
    'matrices',
    await comm.allreduce(matrix(rank), createOp(product)),
    ranks.map(matrix).reduce(product),
  )
  const elementwise = createOp((a: number, b: number) => Math.max(a, b), {
    commutative: true,
    elementwise: true,
  })
  for (const length of [1, 5000]) {
    const mine = valuesOf(Float64Array as unknown as TypedCtor<Raw>, rank, length)
    const model = folded(
      ranks.map((r) => valuesOf(Float64Array as unknown as TypedCtor<Raw>, r, length)),
      larger,
    )
    record.is('a function of elements', await comm.allreduce(mine, elementwise as never), model)
  }
}

/** Far enough apart that a sum loses digits. */
const SCALES = [1, 1e-5, 1e7, 1e-2, 1e4]

/**
 * Sums that round, whose last bits depend on the bracketing: nobody can say what they must be, only that they are
 * the same again. A text shows the bracketing itself.
 */
export async function combineRounding(comm: Communicator, record: Record): Promise<void> {
  const { rank, size } = comm
  for (const ctor of [Float32Array, Float64Array]) {
    for (const length of [1, 7, 100, 5000, 20_003]) {
      const mine = new ctor(length * size)
      for (let i = 0; i < mine.length; i++)
        mine[i] = (((rank * 389 + i * 17) % 1009) / 7) * SCALES[(rank * 3 + i) % SCALES.length]!
      const short = mine.slice(0, length)
      record.add('rounded allreduce', await comm.allreduce(short))
      record.add('rounded reduce', await comm.reduce(short, SUM, size - 1))
      record.add('rounded scan', await comm.scan(short))
      record.add('rounded exscan', await comm.exscan(short))
      record.add('rounded reduceScatter', await comm.reduceScatter(mine))
    }
  }
  record.add('a number', await comm.allreduce(0.1 + rank / 3))
  record.add('brackets', await comm.allreduce(`${rank}`, (a, b) => `(${a}${b})`))
}

/** Products are small enough to be exact. */
export async function combineProducts(comm: Communicator, record: Record): Promise<void> {
  const { rank, size } = comm
  const of = (r: number): Float64Array => Float64Array.from({ length: 33 }, (_, i) => 1 + ((r + i) % 2))
  const product = of(0).map((_, i) => ranksOf(size).reduce((all, r) => all * of(r)[i]!, 1))
  record.is('PROD', await comm.allreduce(of(rank), PROD), product)
}
