/**
 * Parallel Research Kernel p2p: a wave front runs over a grid whose columns are dealt to the ranks. Each rank waits
 * row by row for one number from its left, and sends one to its right: a pipeline of tiny messages.
 *
 * Teaches: send, recv with into
 * Run: npx tsrun -n 2 examples/mpi/prk/p2p.ts [iterations m n [group factor]]
 */

import { world } from 'tsmpi'
import { block } from './common/decompose.ts'
import { check, kernel, say, sayRate, timePasses } from './common/kernel.ts'
import { sweep } from './common/loops.ts'

const { rank, size } = world
const left = rank - 1
const right = rank + 1
const last = size - 1

await kernel(
  {
    title: 'MPI pipeline execution on 2D grid',
    usage: '<#iterations> <1st array dimension> <2nd array dimension> [group factor]',
    wanted: 3,
    defaults: [10, 500, 500, 1],
  },
  async (iterations, m, n, group) => {
    check(iterations! >= 1, `iterations must be >= 1 : ${iterations} `)
    check(m! >= 1 && n! >= 1, `grid dimensions must be positive: ${m}, ${n} `)
    check(m! >= size, `First grid dimension ${m} must be >= number of ranks ${size}`)
    const rows = Math.min(Math.max(group!, 1), Math.max(n! - 1, 1))
    say(`Number of ranks                = ${size}`)
    say(`Grid sizes                     = ${m}, ${n}`)
    say(`Number of iterations           = ${iterations}`)
    if (rows > 1) say(`Group factor                   = ${rows} (cheating!)`)

    // Own columns, and at index 0 of each row the neighbour's last one (on rank 0: column 0 of the whole grid).
    const { start, count } = block(m!, size, rank)
    const first = rank === 0 ? 1 : 0
    const width = count + 1 - first
    const grid = new Float64Array(width * n!)
    for (let i = 0; i < width; i++) grid[i] = start + i - (1 - first)
    if (rank === 0) for (let j = 0; j < n!; j++) grid[j * width] = j

    // Views, made once: a row's messages are `rows` numbers, the last group may be shorter.
    const inbox = new Float64Array(rows)
    const outbox = new Float64Array(rows)
    const corner = new Float64Array(1)
    const into = { into: inbox }

    const seconds = await timePasses(iterations!, async () => {
      for (let j = 1; j < n!; j += rows) {
        const high = Math.min(rows, n! - j)
        if (rank > 0) {
          await world.recv(left, into)
          for (let k = 0; k < high; k++) grid[(j + k) * width] = inbox[k]!
        }
        sweep(grid, width, j, j + high)
        if (rank < last) {
          for (let k = 0; k < high; k++) outbox[k] = grid[(j + k + 1) * width - 1]!
          await world.send(high === rows ? outbox : outbox.subarray(0, high), right)
        }
      }
      // Makes the next pass depend on this one: minus the top right value becomes the bottom left one.
      if (rank === last) corner[0] = -grid[width * n! - 1]!
      if (size > 1 && rank === last) await world.send(corner, 0)
      if (size > 1 && rank === 0) await world.recv(last, { into: corner })
      if (rank === 0) grid[0] = corner[0]!
    })

    const topRight = await world.bcast(rank === last ? grid[width * n! - 1]! : null, last)
    const expected = (iterations! + 1) * (m! + n! - 2)
    check(
      Math.abs(topRight - expected) <= 1e-8 * Math.max(expected, 1),
      `checksum ${topRight.toFixed(6)} does not match verification value ${expected.toFixed(6)}`,
    )
    say('Solution validates')
    sayRate('MFlops/s', 2 * (m! - 1) * (n! - 1), seconds)
  },
)
