/**
 * NPB MG: a Poisson equation on a periodic cube by V-cycles of multigrid. Ranks have slabs of planes and renew the
 * planes next to them after every operator, many points at a time on fine grids, few on coarse ones.
 *
 * Teaches: nonblocking send and recv of planes, allgatherv in place, allreduce
 * Run: npx tsrun -n 4 examples/mpi/npb/mg.ts --class S
 */

import { SUM, world, wtime } from 'tsmpi'
import { atMost, classOption } from './common/options.ts'
import { near, printClosing, printOpening, scientific } from './common/report.ts'
import { timed } from './common/timing.ts'
import { makeCharges } from './mg/charges.ts'
import { completePlanes, type Level, makeLevels, refreshGhosts } from './mg/level.ts'
import { prolong, residual, restrict, type Smoother, smooth, sumOfSquares } from './mg/operators.ts'

const SMALL: Smoother = [-3 / 8, 1 / 32, -1 / 64]
const LARGE: Smoother = [-3 / 17, 1 / 33, -1 / 61]

const CLASSES = {
  S: { n: 32, iterations: 4, smoother: SMALL, expected: 0.5307707005734e-4 },
  W: { n: 128, iterations: 4, smoother: SMALL, expected: 0.6467329375339e-5 },
  A: { n: 256, iterations: 4, smoother: SMALL, expected: 0.2433365309069e-5 },
  B: { n: 256, iterations: 20, smoother: LARGE, expected: 0.1800564401355e-5 },
}

const { rank, size } = world
const { name, n, iterations, smoother, expected } = await classOption(world, CLASSES)
await atMost(world, n, `class ${name} has ${n} planes, and a rank needs one`)
const start = wtime()
const levels = makeLevels(n, rank, size)
const top = levels.at(-1)!
const v = await makeCharges(world, top)
if (rank === 0) {
  printOpening('MG')
  const side = String(n).padStart(4)
  console.log(` Size: ${side}x${side}x${side}  (class ${name})`)
  console.log(` Iterations:                  ${String(iterations).padStart(5)}`)
  console.log(` Number of processes:         ${String(size).padStart(5)}`)
}

/** r = v - A u, with its ghosts. */
async function findResidual(level: Level, rightSide: Float64Array): Promise<void> {
  residual(level, level.u, rightSide, level.r)
  await refreshGhosts(world, level, level.r)
}

/** u += S r, with its ghosts. */
async function improve(level: Level): Promise<void> {
  smooth(level, level.r, level.u, smoother)
  await refreshGhosts(world, level, level.u)
}

/** One V-cycle: the residual down to the coarsest grid, then corrections up to the finest. */
async function cycle(): Promise<void> {
  for (let l = levels.length - 1; l > 0; l--) {
    const fine = levels[l]!
    const coarse = levels[l - 1]!
    if (fine.whole) {
      restrict(fine, coarse, 0, coarse.n)
    } else {
      restrict(fine, coarse, coarse.share.starts[rank]!, coarse.share.starts[rank + 1]!)
      if (coarse.whole) await completePlanes(world, coarse, coarse.r)
    }
    await refreshGhosts(world, coarse, coarse.r)
  }
  const [coarsest, ...others] = levels as [Level, ...Level[]]
  coarsest.u.fill(0)
  await improve(coarsest)
  let coarse = coarsest
  for (const fine of others) {
    if (fine !== top) fine.u.fill(0)
    prolong(coarse, fine)
    await findResidual(fine, fine === top ? v : fine.r)
    await improve(fine)
    coarse = fine
  }
}

// Once untimed.
await findResidual(top, v)
await cycle()
top.u.fill(0)
if (rank === 0) console.log(` Initialization time: ${(wtime() - start).toFixed(3).padStart(15)} seconds\n`)

const { result: norm, seconds } = await timed(world, async () => {
  await findResidual(top, v)
  for (let i = 1; i <= iterations; i++) {
    if (rank === 0 && (i === 1 || i === iterations || i % 5 === 0))
      console.log(`  iter  ${String(i).padStart(3)}`)
    await cycle()
    await findResidual(top, v)
  }
  return Math.sqrt((await world.allreduce(sumOfSquares(top, top.r), SUM)) / n ** 3)
})

if (rank === 0) {
  const verified = near(norm, expected, 1e-8)
  console.log('\n Benchmark completed')
  console.log(verified ? ' VERIFICATION SUCCESSFUL' : ' VERIFICATION FAILED')
  console.log(` L2 Norm is  ${scientific(norm, 13, 20)}`)
  console.log(` Error is    ${scientific(Math.abs(norm - expected) / expected, 13, 20)}`)
  printClosing(world, {
    benchmark: 'MG',
    className: name,
    size: [n, n, n],
    iterations,
    seconds,
    operations: 58 * iterations * n ** 3,
    operationType: 'floating point',
    verified,
  })
}
