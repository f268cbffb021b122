/**
 * Parallel Research Kernel reduce: vectors of all ranks are added up on rank 0, in place, again and again.
 *
 * Teaches: reduce with into
 * Run: npx tsrun -n 4 examples/mpi/prk/reduce.ts [iterations length]
 */

import { SUM, world } from 'tsmpi'
import { check, kernel, say, sayRate, timePasses } from './common/kernel.ts'
import { add } from './common/loops.ts'

const { rank, size } = world

await kernel(
  {
    title: 'MPI vector reduction',
    usage: '<# iterations> <vector_length>',
    wanted: 2,
    defaults: [10, 100_000],
  },
  async (iterations, length) => {
    check(iterations! >= 1, `Iterations must be positive: ${iterations}`)
    check(length! >= 1, `Vector length should be positive: ${length}`)
    say(`Number of ranks      = ${size}`)
    say(`Vector length        = ${length}`)
    say(`Number of iterations = ${iterations}`)

    const vector = new Float64Array(length!).fill(1)
    const ones = new Float64Array(length!).fill(1)
    // The root's own vector is both operand and result.
    const options = rank === 0 ? { into: vector } : {}

    const seconds = await timePasses(iterations!, async () => {
      add(vector, ones)
      await world.reduce(vector, SUM, 0, options)
    })

    if (rank !== 0) return
    // Each pass adds what the other ranks have by then: 2, 3, 4, …
    const it = iterations!
    const expected = it + 2 + ((it * it + 5 * it + 4) * (size - 1)) / 2
    for (let i = 0; i < length!; i++) {
      const isRight = Math.abs(vector[i]! - expected) < 1e-8
      if (!isRight) check(false, `First error at i=${i}; value: ${vector[i]}; reference value: ${expected}`)
    }
    say('Solution validates')
    sayRate('MFlops/s', (2 * size - 1) * length!, seconds)
  },
)
