/**
 * Conway's Game of Life on a torus. The ranks are a grid, each with a rectangle of cells. A cell needs all eight
 * around it, also those across a corner: rows are exchanged first, and then columns together with the ghosts that
 * have just come, which brings the corners along.
 *
 * Teaches: split into rows and columns of ranks, sendrecv, into, gather
 * Picture: the board, printed in characters with --show
 * Run: npx tsrun -n 4 examples/mpi/kernels/game-of-life.ts [--show]
 */

import assert from 'node:assert/strict'
import { world } from 'tsmpi'

const N = 12 // cells on each side of the board
const { rank, size } = world

// A grid of ranks, as square as their number allows; `down` are the ranks of one column, `across` those of one row.
let grid = Math.floor(Math.sqrt(size))
while (size % grid !== 0) grid--
const down = await world.split(rank % (size / grid))
const across = await world.split(Math.floor(rank / (size / grid)))

const firstRow = Math.floor((down.rank * N) / down.size)
const firstColumn = Math.floor((across.rank * N) / across.size)
const h = Math.floor(((down.rank + 1) * N) / down.size) - firstRow
const w = Math.floor(((across.rank + 1) * N) / across.size) - firstColumn
assert(h > 0 && w > 0, `a board of ${N} × ${N} is too small for ${size} ranks`)
const neighbours = (line: typeof world) =>
  [(line.rank + line.size - 1) % line.size, (line.rank + 1) % line.size] as const
const [up, below] = neighbours(down)
const [left, right] = neighbours(across)

// Rows 1 to h and columns 1 to w are this rank's own cells; around them is one row or column of ghosts.
const width = w + 2
let now = new Uint8Array((h + 2) * width)
let then = new Uint8Array((h + 2) * width)
const row = (y: number) => now.subarray(y * width, (y + 1) * width)
const column = (x: number) => Uint8Array.from({ length: h + 2 }, (_, y) => now[y * width + x]!)
const setColumn = (x: number, values: Uint8Array) => {
  for (let y = 0; y < h + 2; y++) now[y * width + x] = values[y]!
}

async function exchange(): Promise<void> {
  await down.sendrecv(row(1), up, { source: below, into: row(h + 1) })
  await down.sendrecv(row(h), below, { source: up, into: row(0) })
  // Columns are not in one piece: they are sent as copies, and what comes is put where it belongs.
  setColumn(w + 1, await across.sendrecv(column(1), left, { source: right, as: Uint8Array }))
  setColumn(0, await across.sendrecv(column(w), right, { source: left, as: Uint8Array }))
}

async function generation(): Promise<void> {
  await exchange()
  for (let y = 1; y <= h; y++) {
    for (let x = 1; x <= w; x++) {
      const i = y * width + x
      let alive = -now[i]!
      for (let dy = -width; dy <= width; dy += width)
        for (let dx = -1; dx <= 1; dx++) alive += now[i + dy + dx]!
      then[i] = alive === 3 || (alive === 2 && now[i] === 1) ? 1 : 0
    }
  }
  ;[now, then] = [then, now]
}

/** Rank 0 gets the whole board, one string per row. */
async function board(): Promise<string[] | undefined> {
  const cells = Array.from({ length: h }, (_, y) => [...row(y + 1).subarray(1, w + 1)])
  const pieces = await world.gather({ firstRow, firstColumn, cells })
  const lines = Array.from({ length: N }, () => new Array<string>(N).fill('·'))
  for (const piece of pieces ?? []) {
    for (const [y, line] of piece.cells.entries())
      for (const [x, cell] of line.entries())
        if (cell === 1) lines[piece.firstRow + y]![piece.firstColumn + x] = '█'
  }
  return pieces && lines.map((line) => line.join(' '))
}

// A glider: in four generations it moves by one cell, down and to the right.
const glider = ['·█·', '··█', '███']
for (let y = 1; y <= h; y++)
  for (let x = 1; x <= w; x++)
    now[y * width + x] = glider[firstRow + y - 1]?.[firstColumn + x - 1] === '█' ? 1 : 0

const before = await board()
for (let i = 0; i < 4; i++) await generation()
const moved = await board()
for (let i = 4; i < 4 * N; i++) await generation()
const after = await board()

if (before && moved && after) {
  const shifted = (_: string, y: number) =>
    before
      .at(y - 1)!
      .split(' ')
      .map((_, x, line) => line.at(x - 1))
      .join(' ')
  assert.deepEqual(moved, before.map(shifted))
  assert.deepEqual(after, before)
  if (process.argv.includes('--show')) console.log(moved.join('\n'))
  console.log(`after ${4 * N} generations the glider is back where it was, on a torus of ${N} × ${N} cells`)
}
