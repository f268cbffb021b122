/**
 * NPB CG: the largest eigenvalue of a sparse matrix by inverse iteration, where each step solves a system by 25 steps
 * of the method of conjugate gradients. Ranks have blocks of rows; every product wants the whole vector.
 *
 * Teaches: allgatherv of a part in its place, allreduce of a number
 * Run: npx tsrun -n 4 examples/mpi/npb/cg.ts --class S
 */

import { SUM, world } from 'tsmpi'
import { distance2, dot, product, step, turn } from './cg/loops.ts'
import { makeRows } from './cg/matrix.ts'
import { blocks } from './common/blocks.ts'
import { atMost, classOption } from './common/options.ts'
import { near, printClosing, printOpening, scientific } from './common/report.ts'
import { timed } from './common/timing.ts'

const INNER_STEPS = 25

const CLASSES = {
  S: { n: 1_400, nonzer: 7, iterations: 15, shift: 10, expected: 8.5971775078648 },
  W: { n: 7_000, nonzer: 8, iterations: 15, shift: 12, expected: 10.362595087124 },
  A: { n: 14_000, nonzer: 11, iterations: 15, shift: 20, expected: 17.130235054029 },
  B: { n: 75_000, nonzer: 13, iterations: 75, shift: 60, expected: 22.712745482631 },
}

const { rank, size } = world
const parameters = await classOption(world, CLASSES)
const { name, n, nonzer, iterations, shift, expected } = parameters
await atMost(world, n, `class ${name} has ${n} rows`)
if (rank === 0) {
  printOpening('CG')
  console.log(` Size:       ${n}  (class ${name})`)
  console.log(` Iterations: ${iterations}`)
  console.log(` Number of processes: ${size}`)
  console.log(` Number of nonzeroes per row: ${nonzer}`)
  console.log(` Eigenvalue shift: ${scientific(shift, 3)}`)
}

const { starts, counts } = blocks(n, size)
const first = starts[rank]!
const end = starts[rank + 1]!
const rows = makeRows(parameters, first, end)

const x = new Float64Array(end - first)
const r = new Float64Array(end - first)
const q = new Float64Array(end - first)
/** Of the vectors that are multiplied a rank has all, and works on its part of them. */
const [pAll, zAll] = [new Float64Array(n), new Float64Array(n)]
const [p, z] = [pAll.subarray(first, end), zAll.subarray(first, end)]

/** Solves A z = x, nearly; resolves with the length of x - A z. */
async function solve(): Promise<number> {
  z.fill(0)
  r.set(x)
  p.set(x)
  let rho = await world.allreduce(dot(r, r), SUM)
  for (let i = 0; i < INNER_STEPS; i++) {
    if (size > 1) await world.allgatherv(p, { into: { data: pAll, counts } })
    product(rows, pAll, q)
    const alpha = rho / (await world.allreduce(dot(p, q), SUM))
    const before = rho
    rho = await world.allreduce(step(alpha, p, q, z, r), SUM)
    turn(rho / before, r, p)
  }
  if (size > 1) await world.allgatherv(z, { into: { data: zAll, counts } })
  product(rows, zAll, r)
  return Math.sqrt(await world.allreduce(distance2(x, r), SUM))
}

const dots = new Float64Array(2)

/** One step of inverse iteration: x becomes z / |z|. */
async function iterate(): Promise<{ zeta: number; residual: number }> {
  const residual = await solve()
  dots[0] = dot(x, z)
  dots[1] = dot(z, z)
  await world.allreduce(dots, SUM, { into: dots })
  const scale = 1 / Math.sqrt(dots[1])
  for (let i = 0; i < x.length; i++) x[i] = scale * z[i]!
  return { zeta: shift + 1 / dots[0], residual }
}

x.fill(1)
await iterate()
x.fill(1)
if (rank === 0) console.log('\n\n   iteration           ||r||                 zeta')
const { result: zeta, seconds } = await timed(world, async () => {
  let last = 0
  for (let i = 1; i <= iterations; i++) {
    const { zeta, residual } = await iterate()
    if (rank === 0) {
      console.log(
        `    ${String(i).padStart(5)}       ${scientific(residual, 14, 20)}${zeta.toFixed(13).padStart(22)}`,
      )
    }
    last = zeta
  }
  return last
})

if (rank === 0) {
  const verified = near(zeta, expected, 1e-10)
  console.log(' Benchmark completed')
  console.log(verified ? ' VERIFICATION SUCCESSFUL' : ' VERIFICATION FAILED')
  console.log(` Zeta is     ${scientific(zeta, 12, 20)}`)
  console.log(` Error is    ${scientific(Math.abs(zeta - expected) / expected, 12, 20)}`)
  const perStep = 3 + nonzer * (nonzer + 1) + INNER_STEPS * (5 + nonzer * (nonzer + 1)) + 3
  printClosing(world, {
    benchmark: 'CG',
    className: name,
    size: n,
    iterations,
    seconds,
    operations: 2 * iterations * n * perStep,
    operationType: 'floating point',
    verified,
  })
}
