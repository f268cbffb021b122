/**
 * NPB FT: a differential equation solved in the space of waves by three-dimensional Fourier transforms, each of which
 * has every rank send a part of all it has to every other rank.
 *
 * Teaches: alltoallv as transposition, parts of one random stream, allreduce
 * Run: npx tsrun -n 4 examples/mpi/npb/ft.ts --class S
 */

import { SUM, world } from 'tsmpi'
import { blocks } from './common/blocks.ts'
import { atMost, classOption } from './common/options.ts'
import { fill, jump } from './common/random.ts'
import { printClosing, printOpening, scientific } from './common/report.ts'
import { timed } from './common/timing.ts'
import { CHECKSUMS } from './ft/checksums.ts'
import { Evolution } from './ft/evolve.ts'
import { BoxTransform } from './ft/transform.ts'

const SEED = 314_159_265
const POINTS = 1024

const CLASSES = {
  S: { nx: 64, ny: 64, nz: 64, iterations: 6 },
  W: { nx: 128, ny: 128, nz: 32, iterations: 6 },
  A: { nx: 256, ny: 256, nz: 128, iterations: 6 },
  B: { nx: 512, ny: 256, nz: 256, iterations: 20 },
}

const { rank, size } = world
const box = await classOption(world, CLASSES)
const { name, nx, ny, nz, iterations } = box
const planes = Math.min(ny, nz)
await atMost(world, planes, `class ${name} is cut in ${planes} planes`)
if (rank === 0) {
  printOpening('FT')
  console.log(` Size                : ${[nx, ny, nz].map((side) => String(side).padStart(4)).join('x')}`)
  console.log(` Iterations          : ${String(iterations).padStart(14)}`)
  console.log(` Number of processes : ${String(size).padStart(14)}\n`)
}

const zs = blocks(nz, size).starts
const [firstZ, endZ] = [zs[rank]!, zs[rank + 1]!]
const ys = blocks(ny, size).starts
const points = nx * ny * nz

/** The state in the beginning, as a spectrum. */
async function begin(transform: BoxTransform, work: Float64Array, spectrum: Float64Array): Promise<void> {
  fill(work, 0, 2 * nx * ny * (endZ - firstZ), jump(SEED, 2 * nx * ny * firstZ))
  await transform.forward(work, spectrum)
}

/** The mean of some points of this rank's planes, times their number. */
function checksum(work: Float64Array): Float64Array {
  let re = 0
  let im = 0
  for (let j = 1; j <= POINTS; j++) {
    const z = (5 * j) % nz
    if (z < firstZ || z >= endZ) continue
    const at = 2 * (((z - firstZ) * ny + ((3 * j) % ny)) * nx + (j % nx))
    re += work[at]!
    im += work[at + 1]!
  }
  return Float64Array.of(re / points, im / points)
}

const transform = new BoxTransform(world, box)
const work = new Float64Array(transform.length)
const spectrum = new Float64Array(transform.length)
// Once untimed, so that all memory is there.
await begin(transform, work, spectrum)

const { result: checksums, seconds } = await timed(world, async () => {
  const evolution = new Evolution(box, ys[rank]!, ys[rank + 1]!)
  await begin(transform, work, spectrum)
  const found: Float64Array[] = []
  for (let t = 1; t <= iterations; t++) {
    evolution.step(spectrum)
    await transform.backward(spectrum, work)
    const sum = await world.allreduce(checksum(work), SUM)
    if (rank === 0) {
      const both = `${scientific(sum[0]!, 12, 22)}${scientific(sum[1]!, 12, 22)}`
      console.log(` T = ${String(t).padStart(4)}     Checksum = ${both}`)
    }
    found.push(sum)
  }
  return found
})

if (rank === 0) {
  const expected = CHECKSUMS[name]!
  const verified = checksums.every(([re, im], t) => {
    const [expectedRe, expectedIm] = expected[t]!
    const error = Math.hypot(re! - expectedRe, im! - expectedIm) / Math.hypot(expectedRe, expectedIm)
    return error <= 1e-12
  })
  console.log(verified ? ' Result verification successful' : ' Result verification failed')
  console.log(` class = ${name}`)
  const logPoints = Math.log(points)
  printClosing(world, {
    benchmark: 'FT',
    className: name,
    size: [nx, ny, nz],
    iterations,
    seconds,
    operations: points * (14.8157 + 7.19641 * logPoints + (5.23518 + 7.21113 * logPoints) * iterations),
    operationType: 'floating point',
    verified,
  })
}
