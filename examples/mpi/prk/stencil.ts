/**
 * Parallel Research Kernel stencil: a star of radius 2 over a square grid cut in tiles. Before each pass a rank gets
 * two rows or columns from each of its four neighbours.
 *
 * Teaches: send and recv in all directions at once, null neighbours, reduce
 * Run: npx tsrun -n 4 examples/mpi/prk/stencil.ts [iterations dimension]
 */

import { world } from 'tsmpi'
import { block, mostSquare } from './common/decompose.ts'
import { check, kernel, say, sayRate, timePasses } from './common/kernel.ts'
import { addOne, addStar, RADIUS, sumOfMagnitudes, type Tile } from './common/star.ts'

const { rank, size } = world

await kernel(
  {
    title: 'MPI stencil execution on 2D grid',
    usage: '<# iterations> <array dimension> ',
    wanted: 2,
    defaults: [10, 200],
  },
  async (iterations, n) => {
    const [across, down] = mostSquare(size)
    check(iterations! >= 1, `iterations must be >= 1 : ${iterations} `)
    check(n! * n! >= size, `grid size ${n! * n!} must be at least # ranks: ${size}`)
    check(n! > 2 * RADIUS, `Stencil radius ${RADIUS} exceeds grid size ${n}`)
    check(Math.floor(n! / down) >= RADIUS, `rank ${size - 1} has work tile smaller then stencil radius`)
    say(`Number of ranks        = ${size}`)
    say(`Grid size              = ${n}`)
    say(`Radius of stencil      = ${RADIUS}`)
    say(`Tiles in x/y-direction = ${across}/${down}`)
    say('Type of stencil        = star')
    say('Data type              = double precision')
    say('Compact representation of stencil loop body')
    say(`Number of iterations   = ${iterations}`)

    // Where this rank's tile is, and who has those around it.
    const [x, y] = [rank % across, Math.floor(rank / across)]
    const { start: left, count: width } = block(n!, across, x)
    const { start: top, count: height } = block(n!, down, y)
    const west = x > 0 ? rank - 1 : null
    const east = x < across - 1 ? rank + 1 : null
    const north = y > 0 ? rank - across : null
    const south = y < down - 1 ? rank + across : null

    // A frame of ghost cells is around the tile; the output has none.
    const stride = width + 2 * RADIUS
    const input = new Float64Array(stride * (height + 2 * RADIUS))
    const output = new Float64Array(width * height)
    for (let j = 0; j < height; j++)
      for (let i = 0; i < width; i++) input[(j + RADIUS) * stride + i + RADIUS] = left + i + top + j
    const tile: Tile = { input, output, stride, width, ...interior(left, width, top, height, n!) }

    // Rows lie in one piece, so they go as they are; their ghost cells go along, and nobody reads those.
    const rows = (first: number): Float64Array => input.subarray(first * stride, (first + RADIUS) * stride)
    const [ghostNorth, firstRows] = [rows(0), rows(RADIUS)]
    const [lastRows, ghostSouth] = [rows(height), rows(height + RADIUS)]
    // Columns are packed.
    const column = (): Float64Array => new Float64Array(RADIUS * height)
    const [toWest, toEast, fromWest, fromEast] = [column(), column(), column(), column()]

    const seconds = await timePasses(iterations!, async () => {
      pack(input, toWest, stride, RADIUS)
      pack(input, toEast, stride, width)
      // Tag 0 goes north and west, tag 1 south and east. All are under way at once.
      await Promise.all([
        world.recv(north, { tag: 1, into: ghostNorth }),
        world.recv(south, { tag: 0, into: ghostSouth }),
        world.recv(west, { tag: 1, into: fromWest }),
        world.recv(east, { tag: 0, into: fromEast }),
        world.send(firstRows, north, { tag: 0 }),
        world.send(lastRows, south, { tag: 1 }),
        world.send(toWest, west, { tag: 0 }),
        world.send(toEast, east, { tag: 1 }),
      ])
      // Only now: the rows that were sent have ghost cells of these columns.
      if (west !== null) unpack(input, fromWest, stride, 0)
      if (east !== null) unpack(input, fromEast, stride, width + RADIUS)
      addStar(tile)
      addOne(input, stride, width, height)
    })

    const active = (n! - 2 * RADIUS) ** 2
    const sum = await world.reduce(sumOfMagnitudes(tile))
    if (sum === undefined) return
    const norm = sum / active
    const expected = 2 * (iterations! + 1)
    check(Math.abs(norm - expected) <= 1e-8, `L1 norm = ${norm}, Reference L1 norm = ${expected}`)
    say('Solution validates')
    sayRate('MFlops/s', 19 * active, seconds)
  },
)

/** Which part of the tile the stencil is applied to: all but what lies within RADIUS of the edge of the grid. */
function interior(
  left: number,
  width: number,
  top: number,
  height: number,
  n: number,
): Pick<Tile, 'iFrom' | 'iTo' | 'jFrom' | 'jTo'> {
  return {
    iFrom: Math.max(RADIUS - left, 0),
    iTo: Math.min(n - RADIUS - left, width),
    jFrom: Math.max(RADIUS - top, 0),
    jTo: Math.min(n - RADIUS - top, height),
  }
}

/** RADIUS columns from `first` on, of the rows that are not ghosts. */
function pack(input: Float64Array, out: Float64Array, stride: number, first: number): void {
  const height = out.length / RADIUS
  let from = RADIUS * stride + first
  for (let j = 0; j < height; j++) {
    out[2 * j] = input[from]!
    out[2 * j + 1] = input[from + 1]!
    from += stride
  }
}

function unpack(input: Float64Array, from: Float64Array, stride: number, first: number): void {
  const height = from.length / RADIUS
  let to = RADIUS * stride + first
  for (let j = 0; j < height; j++) {
    input[to] = from[2 * j]!
    input[to + 1] = from[2 * j + 1]!
    to += stride
  }
}
