/** The closing table: each goal, how far tsmpi is from it, and at which size it is farthest. Pure. */

import { BENCHMARKS } from './benchmarks.ts'
import { GOALS, type Goal, IDLE_PERCENT_MAX, type Target } from './goals.ts'
import type { Measurements } from './measurements.ts'
import { align, formatBytes, formatNumber } from './table.ts'

/** Null when nothing of it was measured. */
export function summaryTable(measurements: Measurements): string | null {
  const rows = GOALS.map((goal) => goalRow(goal, measurements)).filter((row) => row !== null)
  const idle = idleRow(measurements)
  if (idle) rows.push(idle)
  if (rows.length === 0) return null
  const text = align([['measure', 'tsmpi', 'at least', '', 'aim', ''], ...rows], 'left')
  return `Goals: tsmpi's median over the peer's, the worst of the sizes\n${text}`
}

function goalRow(goal: Goal, measurements: Measurements): string[] | null {
  const { bench, ranks, bytes } = goal.points[0]!
  const own = measurements.summary('tsmpi', bench, ranks, bytes)
  if (!own) return null
  const unit = BENCHMARKS[bench]!.unit
  const figure = goal.points.length === 1 ? `${formatNumber(own.median)} ${unit}` : ''
  return [
    goal.measure,
    figure,
    ...targetCells(goal, goal.least, measurements),
    ...targetCells(goal, goal.aim, measurements),
  ]
}

/** "0.91x of mpi4py, wants <= 0.7x" and "no". */
function targetCells(goal: Goal, { peer, factor }: Target, measurements: Measurements): [string, string] {
  const more = BENCHMARKS[goal.points[0]!.bench]!.better === 'more'
  let worst: { ratio: number; bytes: number } | null = null
  for (const { bench, ranks, bytes } of goal.points) {
    const ratio = measurements.ratio('tsmpi', peer, bench, ranks, bytes)
    if (ratio === null) continue
    if (!worst || (more ? ratio < worst.ratio : ratio > worst.ratio)) worst = { ratio, bytes }
  }
  const wants = `wants ${more ? '>=' : '<='} ${factor}x`
  if (!worst) return [`${peer} not measured`, '']
  const where = goal.points.length > 1 ? ` at ${formatBytes(worst.bytes)}` : ''
  const met = more ? worst.ratio >= factor : worst.ratio <= factor
  return [`${formatNumber(worst.ratio)}x ${peer}${where}, ${wants}`, met ? 'yes' : 'NO']
}

function idleRow(measurements: Measurements): string[] | null {
  for (const waitMs of measurements.rowsOf('idle', 2)) {
    const own = measurements.summary('tsmpi', 'idle', 2, waitMs)
    if (!own) continue
    const met = own.median < IDLE_PERCENT_MAX
    return [
      `idle wait of ${waitMs / 1000} s`,
      `${formatNumber(own.median)} %`,
      `wants < ${IDLE_PERCENT_MAX} %`,
      met ? 'yes' : 'NO',
      '',
      '',
    ]
  }
  return null
}
