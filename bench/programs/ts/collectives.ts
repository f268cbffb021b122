/**
 * Every collective as OSU's programs have them: the time within the call, a barrier between calls that is not
 * timed, the mean over calls and ranks. Sizes are those of one block (gather, scatter, allgather, alltoall) or
 * of the vector (the others).
 */

import { performance } from 'node:perf_hooks'
import { SUM, world } from 'tsmpi'
import {
  type Bench,
  eachSize,
  fillBytes,
  fillDoubles,
  hasBytes,
  hasDoubles,
  measure,
  printMean,
} from './bench.ts'

const { rank, size } = world

/** Times n calls one by one, with a barrier behind each. Every benchmark has its own loop, as in real programs. */
function timed(call: () => Promise<unknown>): Bench['run'] {
  return async (n) => {
    let spentMs = 0
    for (let i = 0; i < n; i++) {
      const start = performance.now()
      await call()
      spentMs += performance.now() - start
      await world.barrier()
    }
    return spentMs / 1000
  }
}

const bytesOf = (bytes: number, seed: number): Uint8Array => fillBytes(new Uint8Array(bytes), seed)

/** One block after another, one for each rank. */
function blocksOf(bytes: number, seedOf: (r: number) => number): Uint8Array {
  const whole = new Uint8Array(bytes * size)
  for (let r = 0; r < size; r++) fillBytes(whole.subarray(r * bytes, (r + 1) * bytes), seedOf(r))
  return whole
}

function hasBlocks(whole: Uint8Array, bytes: number, seedOf: (r: number) => number): boolean {
  for (let r = 0; r < size; r++) {
    if (!hasBytes(whole.subarray(r * bytes, (r + 1) * bytes), seedOf(r))) return false
  }
  return true
}

const self = (r: number): number => r
const SUM_OF_RANKS = (size * (size - 1)) / 2

const COLLECTIVES: Record<string, (bytes: number) => Bench> = {
  barrier: () => ({
    async run(n) {
      const start = performance.now()
      for (let i = 0; i < n; i++) await world.barrier()
      return (performance.now() - start) / 1000
    },
    clear() {},
    check: () => true,
  }),

  bcast(bytes) {
    const data = rank === 0 ? bytesOf(bytes, 7) : new Uint8Array(bytes)
    return {
      run: timed(() => world.bcast(data, 0)),
      clear: () => rank !== 0 && void data.fill(0),
      check: () => hasBytes(data, 7),
    }
  },

  // Rank r's doubles are place + r, so the sum is size * place + 0 + 1 + …

  reduce(bytes) {
    const { x, y } = vectors(bytes)
    return {
      run: timed(rank === 0 ? () => world.reduce(x, SUM, 0, { into: y }) : () => world.reduce(x, SUM, 0)),
      clear: () => void y.fill(0),
      check: () => rank !== 0 || hasDoubles(y, size, SUM_OF_RANKS),
    }
  },

  allreduce(bytes) {
    const { x, y } = vectors(bytes)
    return {
      run: timed(() => world.allreduce(x, SUM, { into: y })),
      clear: () => void y.fill(0),
      check: () => hasDoubles(y, size, SUM_OF_RANKS),
    }
  },

  reduce_scatter(bytes) {
    const { x, y } = vectors(bytes, bytes / size)
    return {
      run: timed(() => world.reduceScatter(x, SUM, { into: y })),
      clear: () => void y.fill(0),
      check: () => hasDoubles(y, size, SUM_OF_RANKS, rank * y.length),
    }
  },

  scan(bytes) {
    const { x, y } = vectors(bytes)
    return {
      run: timed(() => world.scan(x, SUM, { into: y })),
      clear: () => void y.fill(0),
      check: () => hasDoubles(y, rank + 1, (rank * (rank + 1)) / 2),
    }
  },

  gather(bytes) {
    const out = bytesOf(bytes, rank)
    const into = new Uint8Array(rank === 0 ? bytes * size : 0)
    return {
      run: timed(rank === 0 ? () => world.gather(out, 0, { into }) : () => world.gather(out, 0)),
      clear: () => void into.fill(0),
      check: () => rank !== 0 || hasBlocks(into, bytes, self),
    }
  },

  scatter(bytes) {
    const out = rank === 0 ? blocksOf(bytes, self) : null
    const into = new Uint8Array(bytes)
    return {
      run: timed(() => world.scatter(out, 0, { into })),
      clear: () => void into.fill(0),
      check: () => hasBytes(into, rank),
    }
  },

  allgather(bytes) {
    const out = bytesOf(bytes, rank)
    const into = new Uint8Array(bytes * size)
    return {
      run: timed(() => world.allgather(out, { into })),
      clear: () => void into.fill(0),
      check: () => hasBlocks(into, bytes, self),
    }
  },

  alltoall(bytes) {
    const out = blocksOf(bytes, (r) => rank * size + r)
    const into = new Uint8Array(bytes * size)
    return {
      run: timed(() => world.alltoall(out, { into })),
      clear: () => void into.fill(0),
      check: () => hasBlocks(into, bytes, (r) => r * size + rank),
    }
  },
}

function vectors(bytes: number, resultBytes = bytes): { x: Float64Array; y: Float64Array } {
  return { x: fillDoubles(new Float64Array(bytes / 8), 1, rank), y: new Float64Array(resultBytes / 8) }
}

await eachSize(async (name, bytes, first, budget) => {
  const make = COLLECTIVES[name]
  if (!make) throw new Error(`no such benchmark: ${name}`)
  const { seconds, iterations } = await measure(name, bytes, make(bytes), first, budget)
  await printMean(name, bytes, seconds * 1e6, iterations)
})
