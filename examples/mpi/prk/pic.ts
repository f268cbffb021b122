/**
 * Parallel Research Kernel pic: particles fly over a grid of fixed charges, cut in tiles. After each step a rank sends
 * those that have left its tile to the ranks around it. Where most of the particles are, ranks have most of the work.
 *
 * Teaches: createCart with periods, sendrecv of as much as there happens to be, exscan, allreduce
 * Run: npx tsrun -n 2 examples/mpi/prk/pic.ts [steps cells particles k m mode [parameters]]
 */

import { SUM, world } from 'tsmpi'
import { block, mostSquare } from './common/decompose.ts'
import { Dice } from './common/dice.ts'
import { distributionOf, MODES } from './common/distribution.ts'
import { check, kernel, say, timePasses, wordsBehind } from './common/kernel.ts'
import { makeCharges, move, number, Particles, place, survey, type Tile } from './common/particles.ts'

const { rank, size } = world

await kernel(
  {
    title: 'MPI Particle-in-Cell execution on 2D grid',
    usage: `<#simulation steps> <grid size> <#particles> <k (particle charge semi-increment)> <m (vertical particle velocity)>\n${MODES}`,
    wanted: 5,
    defaults: [10, 100, 10_000, 1, 2],
    hasWords: true,
  },
  async (...given) => {
    const [steps, L, n, k, m] = given as [number, number, number, number, number]
    check(steps >= 1, `Number of time steps must be positive: ${steps}`)
    check(L >= 1 && L % 2 === 0, `Number of grid cells must be positive and even: ${L}`)
    check(n >= 1, `Number of particles must be positive: ${n}`)
    check(k >= 0, `Particle semi-charge must be non-negative: ${k}`)
    check(m >= 0, `Vertical velocity must be non-negative: ${m}`)
    const { mode, lines, mean } = distributionOf(wordsBehind(given.length) ?? ['GEOMETRIC', '0.99'], n, L)
    const [across, down] = mostSquare(size)
    say(`Number of ranks                    = ${size}`)
    say('Load balancing                     = None')
    say(`Grid size                          = ${L}`)
    say(`Tiles in x/y-direction             = ${across}/${down}`)
    say(`Number of particles requested      = ${n}`)
    say(`Number of time steps               = ${steps}`)
    say(`Initialization mode                = ${mode}`)
    for (const line of lines) say(line)
    say(`Particle charge semi-increment (k) = ${k}`)
    say(`Vertical velocity              (m) = ${m}`)
    // Nobody flies farther than to the next tile.
    const [leastWidth, leastHeight] = [Math.floor(L / across), Math.floor(L / down)]
    const kMost = Math.floor((leastWidth - 1) / 2)
    check(k <= kMost, `k-value too large: ${k}, must be no greater than ${kMost}`)
    check(m <= leastHeight, `m-value too large: ${m}, must be no greater than ${leastHeight}`)

    // The grid of ranks is a torus, as that of the charges; its first dimension is y.
    const cart = await world.createCart([down, across], { periods: true })
    const [y, x] = cart.coords
    const [inX, inY] = [block(L, across, x), block(L, down, y)]
    const tile: Tile = { left: inX.start, width: inX.count, bottom: inY.start, height: inY.count }
    const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => cart.rankOf([y + dy, x + dx])))
    const neighbours = [...new Set(around)].filter((other) => other !== rank)
    // Whose a cell is: the rank of its row's first tile, and how many tiles to the right.
    const columns = ownersOf(L, across, 1)
    const rows = ownersOf(L, down, across)
    const parting = Int32Array.from({ length: size }, (_, other) => neighbours.indexOf(other))

    const charges = makeCharges(tile)
    const particles = place(tile, new Dice(), L, mean, k, m)
    const before = (await world.exscan(particles.count)) ?? 0
    number(particles.data, before + 1)
    const total = await world.allreduce(particles.count)
    say(`Number of particles placed         = ${total}`)

    const outboxes = neighbours.map(() => new Particles())
    const seconds = await timePasses(steps, async () => {
      move(particles.data, charges, tile, L)
      for (const outbox of outboxes) outbox.clear()
      particles.part(columns, rows, parting, outboxes)
      // A message says how long it is, so no counts go ahead.
      const arrivals = await Promise.all(
        neighbours.map((other, i) =>
          cart.sendrecv(outboxes[i]!.data, other, { source: other, as: Float64Array }),
        ),
      )
      for (const some of arrivals) particles.add(some)
    })

    const { wrong, ids } = survey(particles.data, steps + 1, L, k, m)
    const sums = await world.reduce(Float64Array.of(wrong, ids), SUM)
    if (sums === undefined) return
    check(sums[0] === 0, `there are ${sums[0]} miscalculated locations`)
    check(sums[1] === (total * (total + 1)) / 2, 'Particle checksum incorrect')
    say('Solution validates')
    say(`Rate (Mparticles_moved/s): ${((1e-6 * total) / seconds).toFixed(6)}`)
  },
)

/** For each of `cells`, in which of `parts` it is, times `factor`. */
function ownersOf(cells: number, parts: number, factor: number): Int32Array {
  const owners = new Int32Array(cells)
  for (let part = 0; part < parts; part++) {
    const { start, count } = block(cells, parts, part)
    owners.fill(part * factor, start, start + count)
  }
  return owners
}
