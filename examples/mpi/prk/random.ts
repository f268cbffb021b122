/**
 * Parallel Research Kernel random: updates of a big table at random places. Each rank makes random numbers, and sends
 * each to the rank that has its place in the table.
 *
 * Teaches: alltoallv with into
 * Run: npx tsrun -n 2 examples/mpi/prk/random.ts [update-ratio log2-table-size]
 */

import { MAX, world, wtime } from 'tsmpi'
import { check, kernel, say } from './common/kernel.ts'
import { makeStreams, nextOf, STREAMS } from './common/streams.ts'

const { rank, size } = world
/** 4 GiB of table on each rank. */
const LOG_MAX = 29
const isPowerOf2 = (value: number): boolean => value >= 1 && Number.isInteger(Math.log2(value))

await kernel(
  { title: 'MPI Random Access', usage: '<#update ratio> <log2 tablesize>', wanted: 2, defaults: [16, 14] },
  async (ratio, log) => {
    check(isPowerOf2(ratio!), `Invalid update ratio: ${ratio}, must be a power of 2`)
    check(isPowerOf2(size), `Invalid number of ranks: ${size}, must be a power of 2`)
    check(log! >= 1, `Log2 tablesize is ${log}; must be >= 1`)
    const logRanks = Math.log2(size)
    check(
      log! - logRanks <= LOG_MAX && log! <= 31,
      `Requested table size too large; reduce log2 tablesize = ${log}`,
    )
    const tableSize = 2 ** log!
    const updates = ratio! * tableSize
    check(
      updates >= 2 * size * STREAMS,
      `Table size (${tableSize}) times update ratio (${ratio}) must be at least equal to twice the number of ranks (${size}) times vector length (${STREAMS})`,
    )
    say(`Number of ranks               = ${size}`)
    say(`Table size (aggregate)        = ${tableSize}`)
    say(`Update ratio                  = ${ratio}`)
    say(`Number of updates (aggregate) = ${updates}`)
    say(`Vector (LOOKAHEAD) length     = ${STREAMS}`)

    // Words of 64 bits are pairs of 32: low, high.
    const local = tableSize / size
    const table = new Uint32Array(2 * local)
    for (let j = 0; j < local; j++) {
      table[2 * j] = rank * local + j
    }
    const shift = log! - logRanks
    const batches = updates / size / STREAMS / 2
    const numbers = new Uint32Array(2 * STREAMS)
    const outbox = new Uint32Array(2 * STREAMS)
    const inbox = new Uint32Array(2 * STREAMS * size)
    const counts = new Int32Array(size)
    const ends = new Int32Array(size)
    const blocks = { data: outbox, counts }
    const into = { into: { data: inbox } }

    await world.barrier()
    const start = wtime()
    // Twice the same updates: the second time they undo the first, for XOR is its own inverse.
    for (let time = 0; time < 2; time++) {
      numbers.set(makeStreams(updates / size / STREAMS, local * rank))
      for (let batch = 0; batch < batches; batch++) {
        nextOf(numbers)
        deal(numbers, outbox, counts, ends, shift, size)
        const { counts: came } = await world.alltoallv(blocks, into)
        update(table, inbox, total(came), local - 1)
      }
    }
    const seconds = await world.allreduce(wtime() - start, MAX)

    let wrong = 0
    for (let j = 0; j < local; j++) if (table[2 * j] !== rank * local + j || table[2 * j + 1] !== 0) wrong++
    const wrongs = await world.reduce(wrong)
    if (wrongs === undefined) return
    check(wrongs === 0, `number of incorrect table elements = ${wrongs}`)
    say('Solution validates')
    say(`Rate (GUPS/s): ${((1e-9 * updates) / seconds).toFixed(6)}, Time (s): ${seconds.toFixed(6)}`)
  },
)

/** Sorts the numbers by the rank that has their place. Leaves in `counts` how many words of 32 bits each gets. */
function deal(
  numbers: Uint32Array,
  outbox: Uint32Array,
  counts: Int32Array,
  ends: Int32Array,
  shift: number,
  ranks: number,
): void {
  const mask = ranks - 1
  counts.fill(0)
  for (let at = 0; at < 2 * STREAMS; at += 2) counts[(numbers[at]! >>> shift) & mask]! += 2
  let end = 0
  for (let r = 0; r < ranks; r++) {
    ends[r] = end
    end += counts[r]!
  }
  for (let at = 0; at < 2 * STREAMS; at += 2) {
    const low = numbers[at]!
    const owner = (low >>> shift) & mask
    const to = ends[owner]!
    outbox[to] = low
    outbox[to + 1] = numbers[at + 1]!
    ends[owner] = to + 2
  }
}

function update(table: Uint32Array, words: Uint32Array, count: number, mask: number): void {
  for (let at = 0; at < count; at += 2) {
    const low = words[at]!
    const place = 2 * (low & mask)
    table[place]! ^= low
    table[place + 1]! ^= words[at + 1]!
  }
}

function total(counts: readonly number[]): number {
  let sum = 0
  for (let r = 0; r < counts.length; r++) sum += counts[r]!
  return sum
}
