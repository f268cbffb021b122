/**
 * Parallel Research Kernel transpose: B += Aᵀ, A += 1, both matrices cut in blocks of columns. In each of the
 * size - 1 phases every rank sends a block to one rank and receives one from another.
 *
 * Teaches: recv posted ahead, send, reduce
 * Run: npx tsrun -n 2 examples/mpi/prk/transpose.ts [iterations order [tile size]]
 */

import { world } from 'tsmpi'
import { check, kernel, say, sayRate, timePasses } from './common/kernel.ts'
import { accumulate, addTransposed, takeTransposed } from './common/transpose-block.ts'

const { rank, size } = world

await kernel(
  {
    title: 'MPI matrix transpose: B = A^T',
    usage: '<# iterations> <matrix order> [Tile size]',
    wanted: 2,
    defaults: [10, 24 * size, 32],
  },
  async (iterations, order, tile) => {
    check(iterations! >= 1, `iterations must be >= 1 : ${iterations} `)
    check(order! >= size, `matrix order ${order} should at least # procs ${size}`)
    check(order! % size === 0, `matrix order ${order} should be divisible by # procs ${size}`)
    const isTiled = tile! > 0 && tile! < order!
    say(`Number of ranks      = ${size}`)
    say(`Matrix order         = ${order}`)
    say(`Number of iterations = ${iterations}`)
    say(isTiled ? `Tile size            = ${tile}` : 'Untiled')
    say('Non-Blocking messages')

    // Element (i, j) of a rank's columns is at i + order · j.
    const n = order!
    const width = n / size
    const step = isTiled ? tile! : n
    const a = new Float64Array(n * width)
    for (let j = 0; j < width; j++) for (let i = 0; i < n; i++) a[i + n * j] = n * (rank * width + j) + i
    const b = new Float64Array(n * width)
    const outgoing = new Float64Array(width * width)
    const incoming = new Float64Array(width * width)

    const seconds = await timePasses(iterations!, async () => {
      addTransposed(a, b, n, width, rank * width, step)
      for (let phase = 1; phase < size; phase++) {
        const source = (rank + phase) % size
        const dest = (rank - phase + size) % size
        const received = world.recv(source, { tag: phase, into: incoming })
        takeTransposed(a, outgoing, n, width, dest * width, step)
        await world.send(outgoing, dest, { tag: phase })
        await received
        accumulate(b, incoming, n, width, source * width)
      }
    })

    // B(i, j) has gathered n i + j, it + 1 times, and the ones that A has got in between.
    const added = (iterations! * (iterations! + 1)) / 2
    let error = 0
    for (let j = 0; j < width; j++)
      for (let i = 0; i < n; i++)
        error += Math.abs(b[i + n * j]! - ((n * i + rank * width + j) * (iterations! + 1) + added))
    const total = await world.reduce(error)
    if (total === undefined) return
    check(total < 1e-8, `Aggregate squared error ${total.toFixed(6)} exceeds threshold 1e-8`)
    say('Solution validates')
    sayRate('MB/s', 16 * n * n, seconds)
  },
)
