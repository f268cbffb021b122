/**
 * NPB IS, integer sort: ranks share out the buckets so that each gets about as many keys, exchange the keys, and count
 * them. Most of the time goes to moving all keys between all ranks, ten times.
 *
 * Teaches: allreduce into its input, alltoallv into the same array each time, exscan with MAX
 * Run: npx tsrun -n 4 examples/mpi/npb/is.ts --class S
 */

import { MAX, SUM, world } from 'tsmpi'
import { blocks } from './common/blocks.ts'
import { atMost, classOption } from './common/options.ts'
import { jump } from './common/random.ts'
import { printClosing, printOpening } from './common/report.ts'
import { timed } from './common/timing.ts'
import { countBuckets, countKeys, layByOwner, layInTwo, makeKeys, shareBuckets } from './is/keys.ts'

const SEED = 314_159_265
const ITERATIONS = 10
const TESTS = 5
const { rank, size } = world

/** 2^k keys below 2^b, in 2^c buckets; for five keys where they are, how many are smaller, and how that moves. */
const CLASSES = {
  S: {
    k: 16,
    b: 11,
    c: 9,
    places: [48_427, 17_148, 23_627, 62_548, 4_431],
    ranks: [0, 18, 346, 64_917, 65_463],
    shift: (i: number, j: number) => (j <= 2 ? i : -i),
  },
  W: {
    k: 20,
    b: 16,
    c: 10,
    places: [357_773, 934_767, 875_723, 898_999, 404_505],
    ranks: [1_249, 11_698, 1_039_987, 1_043_896, 1_048_018],
    shift: (i: number, j: number) => (j < 2 ? i - 2 : -i),
  },
  A: {
    k: 23,
    b: 19,
    c: 10,
    places: [2_112_377, 662_041, 5_336_171, 3_642_833, 4_250_760],
    ranks: [104, 17_523, 123_928, 8_288_932, 8_388_264],
    shift: (i: number, j: number) => (j <= 2 ? i - 1 : 1 - i),
  },
  B: {
    k: 25,
    b: 21,
    c: 10,
    places: [41_869, 812_306, 5_102_857, 18_232_239, 26_860_214],
    ranks: [33_422_937, 10_244, 59_149, 33_135_281, 99],
    shift: (i: number, j: number) => (j === 1 || j === 2 || j === 4 ? i : -i),
  },
}

const { name, k, b, c, places, ranks, shift } = await classOption(world, CLASSES)
const keyCount = 2 ** k
const maxKey = 2 ** b
const bucketCount = 2 ** c
await atMost(world, bucketCount, `class ${name} sorts its keys into ${bucketCount} buckets`)
if (rank === 0) {
  printOpening('IS')
  console.log(` Size:  ${keyCount}  (class ${name})`)
  console.log(` Iterations:   ${ITERATIONS}`)
  console.log(` Number of processes:     ${size}`)
}

const { starts } = blocks(keyCount, size)
const first = starts[rank]!
const end = starts[rank + 1]!
const keys = makeKeys(jump(SEED, 4 * first), end - first, maxKey)
/** The keys again, those for one rank after those for another. */
const laid = new Int32Array(size > 1 ? end - first : 0)

/** How many keys each bucket has, here and then everywhere; behind them the five keys that are looked at. */
const sizesHere = new Int32Array(bucketCount + TESTS)
const sizes = new Int32Array(bucketCount + TESTS)
const owners = new Int32Array(bucketCount)
const next = new Int32Array(size)
const counted = new Int32Array(maxKey)
/** The keys that this rank gets: a rank alone has them already, others make room when they know for how many. */
let received = size > 1 ? new Int32Array(0) : keys
/** Of them: how many, the range that they are from, and how many keys lie below it. */
let range = { count: 0, low: 0, high: 0, below: 0 }

/** One iteration; resolves with the number of tests passed on this rank. */
async function sortOnce(i: number): Promise<number> {
  change(i, i)
  change(i + ITERATIONS, maxKey - i)
  countBuckets(keys, sizesHere, b - c)
  for (const [j, place] of places.entries()) {
    sizesHere[bucketCount + j] = place >= first && place < end ? keys[place - first]! : 0
  }
  await world.allreduce(sizesHere, SUM, { into: sizes })
  const share = shareBuckets(sizes, bucketCount, size)
  const [from, to] = [share[rank]!, share[rank + 1]!]
  range = {
    count: sumOf(sizes, from, to),
    low: from << (b - c),
    high: to << (b - c),
    below: sumOf(sizes, 0, from),
  }
  if (size > 1) await exchange(share)
  countKeys(received, range.count, counted, range.low, range.high)
  return testsPassed(i)
}

/** Sends each key to the rank that has its bucket. The lengths need not be sent first: they travel with the keys. */
async function exchange(share: readonly number[]): Promise<void> {
  const counts = share.slice(1).map((to, r) => sumOf(sizesHere, share[r]!, to))
  if (size === 2) layInTwo(keys, laid, share[1]! << (b - c))
  else {
    let start = 0
    for (let r = 0; r < size; r++) {
      owners.fill(r, share[r], share[r + 1])
      next[r] = start
      start += counts[r]!
    }
    layByOwner(keys, laid, owners, next, b - c)
  }
  // The two changes of an iteration may move a key or two to another rank.
  if (received.length < range.count) received = new Int32Array(range.count + 4 * ITERATIONS)
  await world.alltoallv({ data: laid, counts }, { into: { data: received } })
}

/** Sets the key at one place of the whole, on the rank that has it. */
function change(place: number, key: number): void {
  if (place >= first && place < end) keys[place - first] = key
}

/** After counting, `counted[key]` is the number of keys here that are less than `key`. */
function testsPassed(i: number): number {
  let passed = 0
  for (let j = 0; j < TESTS; j++) {
    const key = sizes[bucketCount + j]!
    if (key < range.low || key >= range.high) continue
    const less = range.below + counted[key]!
    if (less === ranks[j]! + shift(i, j)) passed++
    else console.log(` Rank ${rank}: iteration ${i}, test ${j}: ${less} keys are less than ${key}`)
  }
  return passed
}

function sumOf(list: Int32Array, from: number, to: number): number {
  let sum = 0
  for (let at = from; at < to; at++) sum += list[at]!
  return sum
}

// The original does it once: V8 wants a few rounds more until it has compiled all loops.
for (let round = 0; round < 4; round++) await sortOnce(1)
let passed = 0
if (rank === 0) console.log('\n   iteration')
const { seconds } = await timed(world, async () => {
  for (let i = 1; i <= ITERATIONS; i++) {
    if (rank === 0 && name !== 'S') console.log(`        ${i}`)
    passed += await sortOnce(i)
  }
})

// The full check: here the keys are in order, and none is smaller than any of the lower ranks'.
const sorted = new Int32Array(range.count)
for (let at = 0; at < range.count; at++) sorted[counted[received[at]!]!++] = received[at]!
let ordered = true
for (let at = 1; at < range.count; at++) if (sorted[at - 1]! > sorted[at]!) ordered = false
const largestBelow = (await world.exscan(sorted.at(-1) ?? -1, MAX)) ?? -1
if (range.count > 0 && sorted[0]! < largestBelow) ordered = false
if (ordered) passed++
const total = await world.allreduce(Int32Array.of(passed, range.count), SUM)

if (rank === 0) {
  printClosing(world, {
    benchmark: 'IS',
    className: name,
    size: keyCount,
    iterations: ITERATIONS,
    seconds,
    operations: ITERATIONS * keyCount,
    operationType: 'keys ranked',
    verified: total[0] === TESTS * ITERATIONS + size && total[1] === keyCount,
  })
}
