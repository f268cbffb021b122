/**
 * Parallel Research Kernel transpose: B += Aᵀ, A += 1, both matrices cut in blocks of columns. Every rank sends a block
 * to each other rank and receives one from it. Nobody is first: rank r sends to r - 1, then to r - 2, and so on.
 *
 * Teaches: recv posted ahead, send held while computing, reduce
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
    // For each phase what is sent to one rank, and what comes from another.
    const phases = Array.from({ length: size - 1 }, (_, i) => ({
      tag: i + 1,
      source: (rank + i + 1) % size,
      dest: (rank - i - 1 + size) % size,
      outgoing: new Float64Array(width * width),
      incoming: new Float64Array(width * width),
    }))

    const seconds = await timePasses(iterations!, async () => {
      const received = phases.map(({ source, tag, incoming }) => world.recv(source, { tag, into: incoming }))
      const sent = phases.map(({ dest, tag, outgoing }) => {
        takeTransposed(a, outgoing, n, width, dest * width, step)
        return world.send(outgoing, dest, { tag })
      })
      // The block that stays needs no message.
      addTransposed(a, b, n, width, rank * width, step)
      for (const [i, { source, incoming }] of phases.entries()) {
        await received[i]
        accumulate(b, incoming, n, width, source * width)
      }
      await Promise.all(sent)
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
