/** The times and ratios as text. Pure. */

import { summarize } from '../../driver/statistics.ts'
import { align, formatNumber, formatSummary } from '../../driver/table.ts'
import type { KernelPeer } from './options.ts'
import type { Times } from './times.ts'

/** A table for each number of ranks: a row for each kernel, milliseconds by peer, then tsmpi's ratio to each other. */
export function kernelTables(
  times: Times,
  peers: readonly KernelPeer[],
  titleOf: (kernel: string) => string,
): string {
  const others = peers.includes('tsmpi') ? peers.filter((peer) => peer !== 'tsmpi') : []
  const heads = ['', ...peers, ...others.map((other) => `tsmpi / ${other}`)]
  const tables = [...new Set(times.cases.map(({ ranks }) => ranks))].map((ranks) => {
    const rows = times.cases
      .filter((one) => one.ranks === ranks)
      .map(({ kernel }) => [
        titleOf(kernel),
        ...peers.map((peer) =>
          formatSummary(summarize(times.seconds(kernel, ranks, peer).map((seconds) => 1e3 * seconds))),
        ),
        ...others.map((other) => formatRatio(times.ratio(kernel, ranks, 'tsmpi', other))),
      ])
    const where = ranks === 1 ? '1 rank' : `${ranks} ranks`
    return `Kernels on ${where}, ms (PRK: a pass, NPB: the whole run)\n${align([heads, ...rows])}`
  })
  return tables.join('\n\n')
}

function formatRatio(ratio: ReturnType<Times['ratio']>): string {
  if (ratio === null) return '-'
  const median = `${formatNumber(ratio.median)}x`
  return ratio.count === 1 ? median : `${median} [${formatNumber(ratio.q1)} ${formatNumber(ratio.q3)}]`
}
