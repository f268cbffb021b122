/**
 * Parallel Research Kernel nstream: A += B + 3 C over vectors in parts, each rank its own. No messages: it shows
 * what memory delivers.
 *
 * Teaches: barrier, allreduce, reduce
 * Run: npx tsrun -n 2 examples/mpi/prk/nstream.ts [iterations length [offset]]
 */

import { world } from 'tsmpi'
import { block } from './common/decompose.ts'
import { check, kernel, say, sayRate, timePasses } from './common/kernel.ts'
import { triad } from './common/loops.ts'

const SCALAR = 3
const { rank, size } = world

await kernel(
  {
    title: 'MPI stream triad: A = B + scalar*C',
    usage: '<# iterations> <vector length> [<offset>]',
    wanted: 2,
    defaults: [10, 1_000_000, 0],
  },
  async (iterations, length, offset) => {
    check(iterations! >= 1, `Invalid number of iterations: ${iterations}`)
    check(length! >= size, `Invalid vector length: ${length}`)
    check(offset! >= 0, `Invalid array offset: ${offset}`)
    say(`Number of ranks      = ${size}`)
    say(`Vector length        = ${length}`)
    say(`Offset               = ${offset}`)
    say(`Number of iterations = ${iterations}`)

    // The three vectors lie in one piece of memory, `offset` elements apart.
    const { count } = block(length!, size, rank)
    const space = new Float64Array(3 * count + 2 * offset!)
    const [a, b, c] = [0, 1, 2].map((k) =>
      space.subarray(k * (count + offset!), k * (count + offset!) + count),
    )
    b!.fill(2)
    c!.fill(2)

    const seconds = await timePasses(iterations!, () => triad(a!, b!, c!, SCALAR))

    const sum = await world.reduce(absoluteSum(a!))
    if (sum === undefined) return
    const expected = 8 * (iterations! + 1) * length!
    check(
      Math.abs(sum - expected) / expected <= 1e-8,
      `Failed Validation on output array: expected checksum ${expected}, observed checksum ${sum}`,
    )
    say('Solution validates')
    sayRate('MB/s', 32 * length!, seconds)
  },
)

function absoluteSum(a: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]!)
  return sum
}
