// Every algorithm by itself, at every number of ranks, with and without buffering, in random schedules.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bruck } from '../../../src/comm/collective/allgather/bruck.ts'
import { flat } from '../../../src/comm/collective/allgather/flat.ts'
import { ring as allgatherRing } from '../../../src/comm/collective/allgather/ring.ts'
import type { Allgather } from '../../../src/comm/collective/allgather/select.ts'
import { bySlices } from '../../../src/comm/collective/allreduce/by-slices.ts'
import { direct, directArrays } from '../../../src/comm/collective/allreduce/direct.ts'
import { rabenseifner } from '../../../src/comm/collective/allreduce/rabenseifner.ts'
import { recursiveDoubling } from '../../../src/comm/collective/allreduce/recursive-doubling.ts'
import { reduceBcast } from '../../../src/comm/collective/allreduce/reduce-bcast.ts'
import { ring } from '../../../src/comm/collective/allreduce/ring.ts'
import type { ArrayAllreduce } from '../../../src/comm/collective/allreduce/select.ts'
import { dissemination } from '../../../src/comm/collective/barrier/dissemination.ts'
import { scatterAllgather } from '../../../src/comm/collective/bcast/scatter-allgather.ts'
import { type Bcast, receiveAny } from '../../../src/comm/collective/bcast/select.ts'
import { tree } from '../../../src/comm/collective/bcast/tree.ts'
import { ElementsCarrier } from '../../../src/comm/collective/carrier/elements.ts'
import { Item, ItemsCarrier } from '../../../src/comm/collective/carrier/items.ts'
import type { Endpoint } from '../../../src/comm/collective/endpoint.ts'
import { cut } from '../../../src/comm/collective/partition.ts'
import { binomial } from '../../../src/comm/collective/reduce/binomial.ts'
import { directReduce } from '../../../src/comm/collective/reduce/direct.ts'
import { halvingGather } from '../../../src/comm/collective/reduce/halving-gather.ts'
import { directBlocks } from '../../../src/comm/collective/reduce-scatter/direct.ts'
import { pairwise } from '../../../src/comm/collective/reduce-scatter/pairwise.ts'
import { byBlocks } from '../../../src/comm/collective/scan/by-blocks.ts'
import { chain } from '../../../src/comm/collective/scan/chain.ts'
import { SUM } from '../../../src/comm/op/built-in.ts'
import { createOp } from '../../../src/comm/op/user.ts'
import type { Op } from '../../../src/comm/op.ts'
import { Block } from '../../../src/wire/block.ts'
import { encodeItem } from '../../../src/wire/codec.ts'
import { type EndpointOptions, runEndpoints } from './endpoints.ts'
import { expectSame, sizes } from './tools.ts'

// An op that shows order and bracketing: pairs (a, b), four to six digits each, of affine maps x -> a x + b
// modulo a prime, composed. Associative, not commutative, exact in doubles. Two digits stand for one element.
const PRIME = 9973
const compose = createOp(
  (low: number, high: number) => {
    const [a, b, c, d] = [Math.floor(low / PRIME), low % PRIME, Math.floor(high / PRIME), high % PRIME]
    return ((a * c) % PRIME) * PRIME + ((b * c + d) % PRIME)
  },
  { elementwise: true },
)
const mapsOf = (rank: number, length: number) =>
  Float64Array.from({ length }, (_, i) => (2 + ((rank * 31 + i) % 9000)) * PRIME + ((rank * 17 + i) % 9001))
const numbersOf = (rank: number, length: number) =>
  Float64Array.from({ length }, (_, i) => ((rank * 7 + i * 3) % 11) + 1)

function fold(op: Op, size: number, of: (rank: number) => Float64Array): Float64Array {
  const total = of(0).slice()
  for (let rank = 1; rank < size; rank++) op.combineArrays(total, of(rank), total)
  return total
}

const schedule = fc.record({ seed: fc.integer(), eager: fc.boolean() })
const length = fc.integer({ min: 0, max: 40 })
/** Elements of more than two segments of 512 KiB, for the algorithms that cut (segments.ts). */
const LONG = 150_000

function forSizes<T>(
  name: string,
  parameters: fc.Arbitrary<T>,
  run: (size: number, options: EndpointOptions, parameters: T) => Promise<void>,
): void {
  it.each(sizes)(`${name}, %i ranks`, async (size) => {
    await fc.assert(
      fc.asyncProperty(schedule, parameters, (options, drawn) => run(size, options, drawn)),
      { numRuns: 10 },
    )
  })
}

describe('barrier', () => {
  forSizes('dissemination', fc.constant(null), async (size, options) => {
    let come = 0
    await runEndpoints(size, options, async (endpoint) => {
      for (let i = 0; i < endpoint.rank % 4; i++) await new Promise((resolve) => setImmediate(resolve))
      come++
      await dissemination(endpoint)
      expect(come).toBe(size)
    })
  })
})

describe('bcast', () => {
  const algorithms: Record<string, Bcast> = { tree, scatterAllgather }
  for (const [name, algorithm] of Object.entries(algorithms)) {
    forSizes(name, fc.record({ length, rootDraw: fc.nat() }), async (size, options, drawn) => {
      const root = drawn.rootDraw % size
      const data = numbersOf(3, drawn.length)
      await runEndpoints(size, options, async (endpoint) => {
        // Every third rank does not know what comes.
        if (endpoint.rank === root) {
          const mine = data.slice()
          await algorithm(endpoint, root, Block.of(mine), null)
          expectSame(mine, data)
        } else if (endpoint.rank % 3 === 0) {
          expectSame((await receiveAny(endpoint, root)).array(), data)
        } else {
          const into = new Float64Array(drawn.length)
          await algorithm(endpoint, root, null, Block.of(into))
          expectSame(into, data)
        }
      })
    })
  }
})

describe('allgather', () => {
  const algorithms: Record<string, Allgather> = { flat, bruck, ring: allgatherRing }
  for (const [name, algorithm] of Object.entries(algorithms)) {
    forSizes(name, fc.integer({ min: 0, max: 50 }), async (size, options, total) => {
      const wanted = numbersOf(5, total)
      await runEndpoints(size, options, async (endpoint) => {
        const all = new Float64Array(total).fill(-1)
        const blocks = cut(Block.of(all), size)
        blocks[endpoint.rank]!.set(cut(Block.of(wanted), size)[endpoint.rank]!)
        await algorithm(endpoint, blocks)
        expectSame(all, wanted)
      })
    })
  }
})

describe('allreduce', () => {
  const byCarrier: ArrayAllreduce = async (endpoint, op, input, out) => {
    const inPlace = input.sameMemory(out)
    const carrier = new ElementsCarrier(op, out.type, out.count, out.array(), inPlace)
    carrier.finish(await recursiveDoubling(endpoint, carrier, input))
  }
  const directByCarrier: ArrayAllreduce = async (endpoint, op, input, out) => {
    const inPlace = input.sameMemory(out)
    const carrier = new ElementsCarrier(op, out.type, out.count, out.array(), inPlace)
    carrier.finish(await direct(endpoint, carrier, input))
  }
  const algorithms: [string, ArrayAllreduce, Op, typeof mapsOf][] = [
    ['recursive doubling', byCarrier, compose, mapsOf],
    ['rabenseifner', rabenseifner, compose, mapsOf],
    ['ring', ring, SUM, numbersOf],
    ['direct', directArrays, compose, mapsOf],
    ['direct, by carrier', directByCarrier, compose, mapsOf],
    ['by slices', bySlices, compose, mapsOf],
  ]
  const run = async (
    [, algorithm, op, valuesOf]: (typeof algorithms)[number],
    size: number,
    options: EndpointOptions,
    drawn: { length: number; inPlace: boolean },
  ) => {
    const wanted = fold(op, size, (rank) => valuesOf(rank, drawn.length))
    await runEndpoints(size, options, async (endpoint) => {
      const input = valuesOf(endpoint.rank, drawn.length)
      const out = drawn.inPlace ? input : new Float64Array(drawn.length)
      await algorithm(endpoint, op, Block.of(input), Block.of(out))
      expectSame(out, wanted)
      if (!drawn.inPlace) expectSame(input, valuesOf(endpoint.rank, drawn.length))
    })
  }
  for (const row of algorithms) {
    forSizes(row[0], fc.record({ length, inPlace: fc.boolean() }), (size, options, drawn) =>
      run(row, size, options, drawn),
    )
    if (row[1] === byCarrier) continue
    it.each([2, 3, 5])(`${row[0]}, long vectors, %i ranks`, async (size) => {
      for (const inPlace of [false, true])
        await run(row, size, { seed: size, eager: !inPlace }, { length: LONG, inPlace })
    })
  }
  forSizes('reduce and bcast', fc.constantFrom(0, 1, 100_000), async (size, options, textLength) => {
    const join = createOp((a: string, b: string) => a + b)
    const textOf = (rank: number) => `${rank}.`.repeat(rank === 0 ? textLength : 1)
    const wanted = Array.from({ length: size }, (_, rank) => textOf(rank)).join('')
    const results = await runEndpoints(size, options, async (endpoint) => {
      const carrier = new ItemsCarrier(join, 'test')
      const own = Item.ofBytes(encodeItem(textOf(endpoint.rank), 'test'))
      return carrier.finish(await reduceBcast(endpoint, carrier, own))
    })
    for (const result of results) expect(result).toBe(wanted)
  })
  it('has the same bits by recursive doubling and by rabenseifner', async () => {
    const valuesOf = (rank: number) =>
      Float64Array.from({ length: 100 }, (_, i) => Math.sin(rank + i / 7) * 1e3)
    for (const size of sizes) {
      const results: Float64Array[] = []
      for (const algorithm of [byCarrier, rabenseifner]) {
        await runEndpoints(size, { seed: size, eager: true }, async (endpoint) => {
          const out = new Float64Array(100)
          await algorithm(endpoint, SUM, Block.of(valuesOf(endpoint.rank)), Block.of(out))
          results.push(out)
        })
      }
      for (const result of results) expectSame(result, results[0]!)
    }
  })
})

describe('reduce', () => {
  type Reduce = (endpoint: Endpoint, input: Block, out: Block, root: number) => Promise<void>
  const byTree: Reduce = async (endpoint, input, out, root) => {
    const into = endpoint.rank === root ? (out.array() as Float64Array) : undefined
    const carrier = new ElementsCarrier(compose, out.type, out.count, into, false)
    const result = await binomial(endpoint, carrier, input, root)
    expect(result === undefined).toBe(endpoint.rank !== root)
    if (result !== undefined) carrier.finish(result)
  }
  const byHalving: Reduce = (endpoint, input, out, root) => halvingGather(endpoint, compose, input, out, root)
  const direct: Reduce = async (endpoint, input, out, root) => {
    const into = endpoint.rank === root ? (out.array() as Float64Array) : undefined
    const carrier = new ElementsCarrier(compose, out.type, out.count, into, false)
    const result = await directReduce(endpoint, carrier, input, root)
    if (result !== undefined) carrier.finish(result)
  }
  for (const [name, algorithm] of Object.entries({
    binomial: byTree,
    direct,
    'halving and gather': byHalving,
  })) {
    forSizes(name, fc.record({ length, rootDraw: fc.nat() }), async (size, options, drawn) => {
      const root = drawn.rootDraw % size
      const wanted = fold(compose, size, (rank) => mapsOf(rank, drawn.length))
      await runEndpoints(size, options, async (endpoint) => {
        const input = mapsOf(endpoint.rank, drawn.length)
        const out = new Float64Array(drawn.length)
        await algorithm(endpoint, Block.of(input), Block.of(out), root)
        if (endpoint.rank === root) expectSame(out, wanted)
        expectSame(input, mapsOf(endpoint.rank, drawn.length))
      })
    })
  }
})

describe('scan', () => {
  const parameters = fc.record({ length, below: fc.constantFrom(0, 1) })
  forSizes('by blocks', parameters, async (size, options, drawn) => {
    await runEndpoints(size, options, async (endpoint) => {
      const n = endpoint.rank + drawn.below
      const input = mapsOf(endpoint.rank, drawn.length)
      const own = Block.of(input)
      const carrier = new ElementsCarrier(compose, own.type, own.count, undefined, false)
      const result = await byBlocks(endpoint, carrier, own, n)
      if (n > 0)
        expectSame(
          carrier.finish(result),
          fold(compose, n, (rank) => mapsOf(rank, drawn.length)),
        )
      expectSame(input, mapsOf(endpoint.rank, drawn.length))
    })
  })

  forSizes('chain', parameters, async (size, options, drawn) => {
    for (const inPlace of [false, true]) {
      await runEndpoints(size, options, async (endpoint) => {
        const n = endpoint.rank + drawn.below
        const input = mapsOf(endpoint.rank, drawn.length)
        const out = inPlace ? input : new Float64Array(drawn.length)
        await chain(endpoint, compose, Block.of(input), Block.of(out), drawn.below === 0)
        if (n > 0)
          expectSame(
            out,
            fold(compose, n, (rank) => mapsOf(rank, drawn.length)),
          )
        if (n === 0 || !inPlace) expectSame(input, mapsOf(endpoint.rank, drawn.length))
      })
    }
  })

  const severalSegments = fc.record({ length: fc.constantFrom(32768, 40_000), below: fc.constantFrom(0, 1) })
  forSizes('chain of several segments', severalSegments, async (size, options, drawn) => {
    const filled = (factor: number) => Float64Array.from({ length: drawn.length }, (_, i) => factor * i)
    await runEndpoints(size, options, async (endpoint) => {
      const n = endpoint.rank + drawn.below
      const out = filled(endpoint.rank + 1)
      await chain(endpoint, SUM, Block.of(out), Block.of(out), drawn.below === 0)
      expectSame(out, filled(n === 0 ? 1 : (n * (n + 1)) / 2))
    })
  })
})

describe('reduceScatter', () => {
  const parameters = fc.record({
    total: fc.integer({ min: 0, max: 60 }),
    ahead: fc.integer({ min: 1, max: 20 }),
  })
  it.each(Object.entries({ pairwise, directBlocks }))('%s', async (_, algorithm) => {
    for (const size of sizes) {
      await fc.assert(
        fc.asyncProperty(schedule, parameters, (options, drawn) => run(algorithm, size, options, drawn)),
        { numRuns: 10 },
      )
    }
  })
  const run = async (
    algorithm: typeof pairwise,
    size: number,
    options: EndpointOptions,
    { total, ahead }: { total: number; ahead: number },
  ): Promise<void> => {
    const wanted = cut(Block.of(fold(compose, size, (rank) => mapsOf(rank, total))), size)
    await runEndpoints(size, options, async (endpoint) => {
      const blocks = cut(Block.of(mapsOf(endpoint.rank, total)), size)
      const own = blocks[endpoint.rank]!
      const carrier = new ElementsCarrier(compose, own.type, own.count, undefined, false)
      const result = carrier.finish(await algorithm(endpoint, carrier, blocks, ahead))
      expectSame(result, wanted[endpoint.rank]!.array())
    })
  }
})
