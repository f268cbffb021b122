/** Figures as text. Pure. */

import { BENCHMARKS } from './benchmarks.ts'
import type { Measurements } from './measurements.ts'
import type { PeerName } from './peers.ts'
import type { Summary } from './statistics.ts'

/** One table for every benchmark and number of ranks: rows are sizes, columns peers, then ratios. */
export function tables(measurements: Measurements, peers: readonly PeerName[]): string {
  const texts: string[] = []
  for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
    for (const ranks of measurements.ranksOf(name)) {
      const others = peers[0] === 'tsmpi' ? peers.slice(1) : []
      const rows = measurements
        .rowsOf(name, ranks)
        .map((bytes) => [
          benchmark.rows?.[bytes] ?? (bytes === 0 ? '' : formatBytes(bytes)),
          ...peers.map((peer) => formatSummary(measurements.summary(peer, name, ranks, bytes))),
          ...others.map((other) => formatRatio(measurements.ratio('tsmpi', other, name, ranks, bytes))),
        ])
      const heads = ['', ...peers, ...others.map((other) => `/ ${other}`)]
      const title = `${benchmark.title}: ${ranks} ${ranks === 1 ? 'rank' : 'ranks'}, ${benchmark.unit}`
      texts.push(`${title} (${benchmark.better} is better)\n${align([heads, ...rows])}`)
    }
  }
  return texts.join('\n\n')
}

/** Columns of equal width, numbers to the right. */
export function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padStart(widths[column]!))
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
