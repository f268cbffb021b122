/**
 * Parallel Research Kernel dgemm: C += A B by SUMMA. The ranks form a grid, each has a block of every matrix. Panel
 * by panel, a few columns of A go along the rows of the grid and as many rows of B along its columns.
 *
 * Teaches: split in rows and columns, bcast
 * Run: npx tsrun -n 4 examples/mpi/prk/dgemm.ts [iterations order block [local block flag]]
 */

import { world } from 'tsmpi'
import { block, mostSquare } from './common/decompose.ts'
import { check, kernel, say, sayRate, timePasses } from './common/kernel.ts'
import { addProduct, addProductPlainly } from './common/multiply.ts'

const { rank, size } = world

await kernel(
  {
    title: 'MPI Dense matrix-matrix multiplication: C = A x B',
    usage: '<# iterations> <matrix order> <outer block size> [<local block flag (non-zero=yes, zero=no)>]',
    wanted: 3,
    defaults: [4, 120, 32, 1],
  },
  async (iterations, order, outer, isBlocked) => {
    const n = order!
    const [columns, rows] = mostSquare(size)
    check(iterations! >= 1, `iterations must be positive: ${iterations} `)
    check(n >= rows, `matrix order too small: ${n}`)
    const step = outer! > 0 ? outer! : n
    say(`Number of ranks      = ${size}`)
    say(`Rank grid            = ${rows} rows x ${columns} columns`)
    say(`Matrix order         = ${n}`)
    say(`Outer block size     = ${step}`)
    say(`Number of iterations = ${iterations}`)
    say(isBlocked ? 'Using local dgemm blocking' : 'No local dgemm blocking')
    const multiply = isBlocked ? addProduct : addProductPlainly

    const [i, j] = [Math.floor(rank / columns), rank % columns]
    const row = await world.split(i)
    const column = await world.split(j)
    const { count: height } = block(n, rows, i)
    const { start: left, count: width } = block(n, columns, j)

    // Blocks row by row. Both factors hold in each place the number of its column.
    const a = new Float64Array(height * width)
    for (let at = 0; at < a.length; at++) a[at] = left + (at % width)
    const b = a.slice()
    const c = new Float64Array(height * width)
    const panels = panelsOf(n, rows, columns, step)
    const longest = Math.max(...panels.map(({ count }) => count))
    const panelOfA = new Float64Array(height * longest)
    const panelOfB = new Float64Array(longest * width)

    const seconds = await timePasses(iterations!, async () => {
      for (const { start, count, ownerColumn, ownerRow } of panels) {
        // Columns of A are packed; rows of B lie in one piece.
        const ours = panelOfA.subarray(0, height * count)
        if (j === ownerColumn) packColumns(a, ours, width, start - left, count)
        const theirs = panelOfB.subarray(0, count * width)
        if (i === ownerRow) {
          const from = (start - block(n, rows, i).start) * width
          theirs.set(b.subarray(from, from + count * width))
        }
        await Promise.all([row.bcast(ours, ownerColumn), column.bcast(theirs, ownerRow)])
        multiply(ours, theirs, c, height, count, width)
      }
    })

    let sum = 0
    for (let at = 0; at < c.length; at++) sum += c[at]!
    const total = await world.reduce(sum)
    if (total === undefined) return
    const expected = 0.25 * n * n * n * (n - 1) * (n - 1) * (iterations! + 1)
    check(
      Math.abs(total - expected) <= 1e-8 * Math.max(expected, 1),
      `Checksum = ${total.toFixed(6)}, Reference checksum = ${expected.toFixed(6)}`,
    )
    say('Solution validates')
    sayRate('MFlops/s', 2 * n * n * n, seconds)
  },
)

interface Panel {
  /** The first and the number of A's columns, and of B's rows. */
  readonly start: number
  readonly count: number
  /** The column of ranks that has these columns of A, and the row of ranks that has these rows of B. */
  readonly ownerColumn: number
  readonly ownerRow: number
}

/** Panels of at most `step`, none of which has more than one owner in A or in B. */
function panelsOf(n: number, rows: number, columns: number, step: number): Panel[] {
  const panels: Panel[] = []
  let [ownerRow, ownerColumn] = [0, 0]
  for (let start = 0; start < n; ) {
    const ofRow = block(n, rows, ownerRow)
    const ofColumn = block(n, columns, ownerColumn)
    const [rowEnd, columnEnd] = [ofRow.start + ofRow.count, ofColumn.start + ofColumn.count]
    const end = Math.min(start + step, rowEnd, columnEnd)
    panels.push({ start, count: end - start, ownerColumn, ownerRow })
    if (end === rowEnd) ownerRow++
    if (end === columnEnd) ownerColumn++
    start = end
  }
  return panels
}

function packColumns(a: Float64Array, out: Float64Array, width: number, first: number, count: number): void {
  const height = out.length / count
  for (let i = 0; i < height; i++)
    for (let k = 0; k < count; k++) out[i * count + k] = a[i * width + first + k]!
}
