/** Figures as text. Pure. */

import { BENCHMARKS, type Benchmark } from './benchmarks.ts'
import type { Measurements } from './measurements.ts'
import type { Summary } from './statistics.ts'

/**
 * A table for every benchmark and number of ranks: rows are sizes, columns peers, then ratios. What has no sizes
 * has one table with a row for every number of ranks. Ratios are of the peer `own` over each of the others.
 */
export function tables(measurements: Measurements, peers: readonly string[], own = 'tsmpi'): string {
  const others = peers.includes(own) ? peers.filter((peer) => peer !== own) : []
  const heads = ['', ...peers, ...others.map((other) => `/ ${other}`)]
  const texts: string[] = []
  for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
    const row = (label: string, ranks: number, bytes: number): string[] => [
      label,
      ...peers.map((peer) => formatSummary(measurements.summary(peer, name, ranks, bytes))),
      ...others.map((other) => formatRatio(measurements.ratio(own, other, name, ranks, bytes))),
    ]
    const add = (where: string, rows: readonly string[][]): void => {
      const better = `${benchmark.better} is better`
      texts.push(`${benchmark.title}${where}, ${benchmark.unit} (${better})\n${align([heads, ...rows])}`)
    }
    const ranksMeasured = measurements.ranksOf(name)
    if (ranksMeasured.length > 0 && isSizeless(benchmark)) {
      add(
        '',
        ranksMeasured.map((ranks) => row(formatRanks(ranks), ranks, 0)),
      )
      continue
    }
    for (const ranks of ranksMeasured) {
      const label = benchmark.row ?? formatBytes
      add(
        `: ${formatRanks(ranks)}`,
        measurements.rowsOf(name, ranks).map((bytes) => row(label(bytes), ranks, bytes)),
      )
    }
  }
  return texts.join('\n\n')
}

function isSizeless({ row, sizes }: Benchmark): boolean {
  return row === undefined && sizes(2).every((bytes) => bytes === 0)
}

function formatRanks(ranks: number): string {
  return ranks === 1 ? '1 rank' : `${ranks} ranks`
}

/** Columns of equal width. */
export function align(rows: readonly (readonly string[])[], side: 'left' | 'right' = 'right'): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const pad = (cell: string, width: number): string =>
    side === 'left' ? cell.padEnd(width) : cell.padStart(width)
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** The median, and the quartiles in brackets where there is more than one repetition. */
export function formatSummary(summary: Summary | null): string {
  if (!summary) return '-'
  const { median, q1, q3, count } = summary
  if (count === 1) return formatNumber(median)
  return `${formatNumber(median)} [${formatNumber(q1)} ${formatNumber(q3)}]`
}

export function formatRatio(ratio: number | null): string {
  return ratio === null ? '-' : `${formatNumber(ratio)}x`
}

/** Three digits that matter. */
export function formatNumber(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 999_500) return `${formatNumber(value / 1e6)}M`
  if (size >= 99.95) return value.toFixed(0)
  if (size >= 9.995) return value.toFixed(1)
  return size >= 0.00995 ? value.toFixed(2) : value.toPrecision(2)
}

/** 8 B, 64 KiB, 4 MiB. */
export function formatBytes(bytes: number): string {
  if (bytes >= 2 ** 20 && bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`
  if (bytes >= 2 ** 10 && bytes % 2 ** 10 === 0) return `${bytes / 2 ** 10} KiB`
  return `${bytes} B`
}
