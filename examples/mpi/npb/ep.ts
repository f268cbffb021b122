/**
 * NPB EP, embarrassingly parallel: pairs of random numbers become Gaussian deviates, which are summed and counted by
 * the square ring they fall into. Ranks meet only at the end, so this shows what the processors can do.
 *
 * Teaches: allreduce of typed arrays, parts of one random stream
 * Run: npx tsrun -n 4 examples/mpi/npb/ep.ts --class S
 */

import { SUM, world } from 'tsmpi'
import { blocks } from './common/blocks.ts'
import { atMost, classOption } from './common/options.ts'
import { fill, jump } from './common/random.ts'
import { near, printClosing, printOpening, scientific } from './common/report.ts'
import { timed } from './common/timing.ts'
import { addPairs } from './ep/pairs.ts'

const SEED = 271_828_183
const RINGS = 10
/** Pairs are dealt in batches, as NPB does: sums then differ by rounding only, however many ranks there are. */
const BATCH = 2 ** 16
/** Numbers made at a time: few enough to stay in the processor's nearest cache. */
const NUMBERS = 2 ** 11

/** 2^m pairs; the sums of x and y; how many fall into each ring. */
const CLASSES = {
  S: { m: 24, sx: -3.24783465203474e3, sy: -6.958407078382297e3 },
  W: { m: 25, sx: -2.863319731645753e3, sy: -6.320053679109499e3 },
  A: { m: 28, sx: -4.295875165629892e3, sy: -1.580732573678431e4 },
  B: { m: 30, sx: 4.033815542441498e4, sy: -2.660669192809235e4 },
}
const COUNTS: Readonly<Record<string, readonly number[]>> = {
  S: [6_140_517, 5_865_300, 1_100_361, 68_546, 1_648, 17, 0, 0, 0, 0],
  W: [12_281_576, 11_729_692, 2_202_726, 137_368, 3_371, 36, 0, 0, 0, 0],
  A: [98_257_395, 93_827_014, 17_611_549, 1_110_028, 26_536, 245, 0, 0, 0, 0],
}

const { name, m, sx, sy } = await classOption(world, CLASSES)
const batches = 2 ** m / BATCH
await atMost(world, batches, `class ${name} has ${batches} batches of ${BATCH} pairs`)
if (world.rank === 0) {
  printOpening('EP')
  console.log(` Number of random numbers generated: ${String(2 ** (m + 1)).padStart(14)}`)
  console.log(` Number of processes:                ${String(world.size).padStart(14)}`)
}

const numbers = new Float64Array(NUMBERS)
const sums = new Float64Array(2)
const rings = new Int32Array(RINGS)

const { starts } = blocks(batches, world.size)
const { result, seconds } = await timed(world, async () => {
  for (let batch = starts[world.rank]!; batch < starts[world.rank + 1]!; batch++) {
    let seed = jump(SEED, 2 * BATCH * batch)
    for (let done = 0; done < 2 * BATCH; done += NUMBERS) {
      seed = fill(numbers, 0, NUMBERS, seed)
      addPairs(numbers, sums, rings)
    }
  }
  return world.allreduce(Float64Array.of(...sums, ...rings), SUM)
})

if (world.rank === 0) {
  const [x, y, ...counts] = Array.from(result) as [number, number, ...number[]]
  const pairs = counts.reduce((a, b) => a + b)
  console.log('\nEP Benchmark Results:\n')
  console.log(`CPU Time =${seconds.toFixed(4).padStart(10)}`)
  console.log(`N = 2^${String(m).padStart(5)}`)
  console.log(`No. Gaussian Pairs =${String(pairs).padStart(15)}.`)
  console.log(`Sums = ${scientific(x, 15, 25)}${scientific(y, 15, 25)}`)
  console.log('Counts:')
  for (const [ring, count] of counts.entries()) {
    console.log(`${String(ring).padStart(3)}${String(count).padStart(14)}.`)
  }
  const expected = COUNTS[name]
  printClosing(world, {
    benchmark: 'EP',
    className: name,
    size: 2 ** (m + 1),
    iterations: 0,
    seconds,
    operations: 2 ** (m + 1),
    operationType: 'Random numbers generated',
    verified:
      near(x, sx, 1e-8) &&
      near(y, sy, 1e-8) &&
      (expected === undefined || counts.every((count, ring) => count === expected[ring])),
  })
}
