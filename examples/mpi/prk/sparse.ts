/**
 * Parallel Research Kernel sparse: a sparse matrix times a vector. Each rank has a block of rows; the vector, of which
 * every rank renews its part, is gathered on all before each product.
 *
 * Teaches: allgather and allgatherv in place, allreduce
 * Run: npx tsrun -n 2 examples/mpi/prk/sparse.ts [iterations 2log-grid-size radius]
 */

import { world } from 'tsmpi'
import { addMatrixVector, makeRows } from './common/csr.ts'
import { block } from './common/decompose.ts'
import { check, kernel, say, sayRate, timePasses } from './common/kernel.ts'

const { rank, size } = world
/** Beyond it the vector of 2^(2 L) numbers is more than a typed array may hold. */
const LOG_MAX = 14

await kernel(
  {
    title: 'MPI sparse matrix-vector multiplication',
    usage: '<# iterations> <2log grid size> <stencil radius>',
    wanted: 3,
    defaults: [10, 6, 4],
  },
  async (iterations, log, radius) => {
    check(iterations! >= 1, `Iterations must be positive : ${iterations} `)
    check(log! >= 0, `Log of grid size must be non-negative: ${log}`)
    check(log! <= LOG_MAX, `Log of grid size must be at most ${LOG_MAX}: ${log}`)
    const extent = 2 ** log!
    const order = extent * extent
    check(order >= size, `Matrix order ${order} must be at least equal to # procs ${size}`)
    check(radius! >= 0, `Stencil radius must be non-negative: ${radius}`)
    const diameter = 2 * radius! + 1
    check(
      extent >= diameter,
      `Grid extent ${extent} smaller than stencil diameter 2*${radius}+1= ${diameter}`,
    )
    const perRow = 4 * radius! + 1
    const field = (value: number | string): string => String(value).padStart(16)
    say(`Number of ranks       = ${field(size)}`)
    say(`Matrix order          = ${field(order)}`)
    say(`Stencil diameter      = ${field(diameter)}`)
    say(`Sparsity              = ${field((perRow / order).toFixed(10))}`)
    say(`Number of iterations  = ${field(iterations!)}`)
    say('Indexing              = scrambled')
    say('Matrix storage format = Compressed Sparse Row')

    const { start, count } = block(order, size, rank)
    const { columns, values } = makeRows(log!, radius!, start, count)
    const vector = new Float64Array(order)
    const mine = vector.subarray(start, start + count)
    const result = new Float64Array(count)

    // In place: the rank's own part of the vector is what it sends. With unequal parts it takes the v form.
    const into = { into: vector }
    const counts = Array.from({ length: size }, (_, r) => block(order, size, r).count)
    const intoParts = { into: { data: vector, counts } }
    const isEven = order % size === 0

    const seconds = await timePasses(iterations!, async () => {
      for (let k = 0; k < count; k++) mine[k]! += start + k + 1
      if (isEven) await world.allgather(mine, into)
      else await world.allgatherv(mine, intoParts)
      addMatrixVector(columns, values, perRow, vector, result)
    })

    let sum = 0
    for (let k = 0; k < count; k++) sum += result[k]!
    const total = await world.reduce(sum)
    if (total === undefined) return
    const expected = 0.5 * order * perRow * (iterations! + 1) * (iterations! + 2)
    check(
      Math.abs(total - expected) <= 1e-8 * expected,
      `Vector sum = ${total.toFixed(6)}, Reference vector sum = ${expected.toFixed(6)}`,
    )
    say('Solution validates')
    sayRate('MFlops/s', 2 * order * perRow, seconds)
  },
)
