/** Layouts and ndarray-likes at both ends of collective calls, against the same calls with typed arrays. */

import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { MAX, SUM } from '../../../src/comm/op/built-in.ts'
import { createOp } from '../../../src/comm/op/user.ts'
import { runRanks } from '../../../src/testing/index.ts'
import type { Raw } from '../../../src/wire/datatype.ts'
import type { Strided } from '../../../src/wire/layout/nd-view.ts'
import { expectSame, ranksOf } from '../collective/tools.ts'
import { kindNames, kindOf, laidOut } from './kinds.ts'

type Vector = Raw | Strided
type Options = { into?: never }

interface Case {
  /** Length of this rank's input, with blocks of `n` elements. */
  readonly input: (comm: Communicator, n: number, root: number) => number
  readonly call: (comm: Communicator, value: Vector, o: Options, root: number) => Promise<unknown>
}

const whole = createOp((a: Float64Array, b: Float64Array) => a.map((x, i) => x + 2 * b[i]!), {
  commutative: false,
})
const one = (_: Communicator, n: number) => n
const all = ({ size }: Communicator, n: number) => n * size
const uneven = ({ size }: Communicator, n: number) => ranksOf(size).reduce((sum, r) => sum + n + r, 0)

/** Calls that take a vector on every rank, and give one of a length that all know. */
const calls: Readonly<Record<string, Case>> = {
  bcast: { input: one, call: (comm, v, o, root) => comm.bcast(v, root, o) },
  gather: { input: one, call: (comm, v, o, root) => comm.gather(v, root, o) },
  scatter: { input: all, call: (comm, v, o, root) => comm.scatter(v as Raw, root, o) },
  allgather: { input: one, call: (comm, v, o) => comm.allgather(v, o) },
  alltoall: { input: all, call: (comm, v, o) => comm.alltoall(v as Raw, o) },
  reduce: { input: one, call: (comm, v, o, root) => comm.reduce(v as Raw, SUM, root, o) },
  allreduce: { input: one, call: (comm, v, o) => comm.allreduce(v as Raw, MAX, o) },
  'allreduce, user function': { input: one, call: (comm, v, o) => comm.allreduce(v as Raw, whole, o) },
  reduceScatter: { input: all, call: (comm, v, o) => comm.reduceScatter(v as Raw, SUM, o) },
  'reduceScatter by counts': {
    input: uneven,
    call: (comm, v, o) =>
      comm.reduceScatter(v as Raw, SUM, {
        ...o,
        counts: ranksOf(comm.size).map((r) =>
          comm.size === 1 ? lengthOfVector(v) : (lengthOfVector(v) - sum(comm.size)) / comm.size + r,
        ),
      }),
  },
  scan: { input: one, call: (comm, v, o) => comm.scan(v as Raw, SUM, o) },
  exscan: { input: one, call: (comm, v, o) => comm.exscan(v as Raw, SUM, o) },
}

const sum = (size: number): number => (size * (size - 1)) / 2

function lengthOfVector(v: Vector): number {
  if (ArrayBuffer.isView(v)) return v.length
  return 'count' in v ? v.count : Array.from(v.shape).reduce((a, b) => a * b, 1)
}

const valuesOf = (rank: number, length: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => ((rank * 31 + i * 7) % 101) + 1)

/** All kinds; two of them where much is laid out. */
const kindsFor = ({ length }: Float64Array) => (length < 700 ? kindNames.map((_, k) => k) : [length % 7, 3])

const sizes = [1, 2, 3, 5]
const lengths = [0, 1, 6, 700]

describe.each(Object.keys(calls))('%s', (name) => {
  const { input, call } = calls[name]!
  const onEveryRoot = (
    body: (comm: Communicator, values: Float64Array, root: number, n: number) => Promise<void>,
  ) =>
    it.each(sizes)('on %i ranks', async (size) => {
      await runRanks(size, async (comm) => {
        for (const root of new Set([0, size - 1])) {
          for (const n of lengths) await body(comm, valuesOf(comm.rank, input(comm, n, root)), root, n)
        }
      })
    })
  // Where there is no result, into is left alone, but exscan wants one of the right length.
  const lengthOf = (wanted: Float64Array | undefined, values: Float64Array) =>
    wanted?.length ?? (name === 'exscan' ? values.length : 3)
  const isBcast = name === 'bcast'

  describe('takes every kind of layout', () =>
    onEveryRoot(async (comm, values, root) => {
      const wanted = await call(comm, values.slice(), {}, root)
      for (const k of kindsFor(values)) {
        const given = laidOut(k + comm.rank, values)
        const result = await call(comm, given.given, {}, root)
        if (isBcast) {
          expect(result).toBe(given.given)
          given.expect(wanted as Float64Array)
        } else {
          if (wanted === undefined) expect(result).toBe(undefined)
          else expectSame(result, wanted as Float64Array)
          given.expect(values)
        }
      }
    }))

  describe('fills every kind of layout', () =>
    onEveryRoot(async (comm, values, root) => {
      const wanted = (await call(comm, values.slice(), {}, root)) as Float64Array | undefined
      for (const k of kindsFor(values)) {
        const into = kindOf(k + comm.rank, lengthOf(wanted, values))
        const result = await call(comm, values, { into: into.given as never }, root)
        expect(result).toBe(wanted && into.given)
        if (wanted) into.expect(wanted)
        else into.expectUntouched()
      }
    }))

  describe('goes from layouts on some ranks to arrays on others, and the other way round', () =>
    onEveryRoot(async (comm, values, root) => {
      const wanted = (await call(comm, values.slice(), {}, root)) as Float64Array | undefined
      for (const turn of [0, 1]) {
        const isStrided = comm.rank % 2 === turn
        const given = isStrided ? laidOut(comm.rank, values).given : values
        const length = lengthOf(wanted, values)
        const into = isStrided ? new Float64Array(length) : kindOf(comm.rank + 2, length)
        const result = await call(comm, given, { into: ('given' in into ? into.given : into) as never }, root)
        expect(result).toBe(wanted && ('given' in into ? into.given : into))
        if (wanted && 'given' in into) into.expect(wanted)
        else if (wanted) expectSame(into, wanted)
      }
    }))
})

it('many calls at once are independent of each other', async () => {
  await runRanks(3, async (comm) => {
    const into = Array.from({ length: 30 }, (_, k) => kindOf(k, 5))
    const results = into.map((to, k) => {
      const given = laidOut(k + 1, new Float64Array(5).fill(k + comm.rank))
      return comm.allreduce(given.given, SUM, { into: to.given }).finally(() => given.data.fill(1e9))
    })
    for (const [k, result] of results.entries()) {
      expect(await result).toBe(into[k]!.given)
      into[k]!.expect(new Float64Array(5).fill(3 * k + 3))
    }
  })
})
