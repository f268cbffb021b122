/**
 * Times relative to C's as an SVG: a row for each kernel, a panel for each number of ranks, a dot with its quartiles
 * for tsmpi and for mpi4py on a logarithmic axis. Readable on a light and on a dark page. Pure.
 */

import type { KernelPeer } from './options.ts'
import type { Times } from './times.ts'

const BASE: KernelPeer = 'openmpi'
/** Told apart by shape too, for those who do not see the colours. */
const SHOWN = [
  { peer: 'tsmpi', title: 'tsmpi', light: '#0b62d6', dark: '#5aa9ff' },
  { peer: 'mpi4py', title: 'mpi4py and numpy', light: '#a21a74', dark: '#f58bd0' },
] as const
const WIDTH = 880
const TOP = 72
const ROW = 24
const LEFT = 96
const GAP = 40

/** Null without a kernel that both tsmpi and C have run. `note` stands below: machine, versions, date. */
export function plotKernels(times: Times, note: string): string | null {
  const compared = times.cases.filter(({ kernel, ranks }) => times.ratio(kernel, ranks, 'tsmpi', BASE))
  if (compared.length === 0) return null
  const kernels = [...new Set(compared.map(({ kernel }) => kernel))]
  const counts = [...new Set(compared.map(({ ranks }) => ranks))]
  const bottom = TOP + ROW * kernels.length
  const height = bottom + 56
  const width = (WIDTH - LEFT - 24 - GAP * (counts.length - 1)) / counts.length
  const x = axis(times, compared)
  const panels = counts.map((ranks, index) => {
    const left = LEFT + index * (width + GAP)
    return panel(times, kernels, ranks, (ratio) => round(left + x.at(ratio) * width), x.ticks, left, bottom)
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">`,
    '<title id="title">Time of scientific kernels relative to C over Open MPI: tsmpi; mpi4py and numpy</title>',
    `<style>${styles()}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}" rx="6"/>`,
    legend(),
    ...kernels.map(
      (kernel, row) =>
        `<text class="name" x="${LEFT - 14}" y="${middle(row) + 4}" text-anchor="end">${kernel}</text>`,
    ),
    ...panels,
    `<text class="note" x="${WIDTH - 24}" y="${height - 8}" text-anchor="end">${escapeText(note)}</text>`,
    '</svg>',
    '',
  ].join('\n')
}

function panel(
  times: Times,
  kernels: readonly string[],
  ranks: number,
  at: (ratio: number) => number,
  ticks: readonly number[],
  left: number,
  bottom: number,
): string {
  const parts = [
    `<text class="title" x="${left}" y="${TOP - 14}">${ranks === 1 ? '1 rank' : `${ranks} ranks`}</text>`,
  ]
  for (const tick of ticks) {
    parts.push(
      `<path class="${tick === 1 ? 'base' : 'grid'}" d="M${at(tick)} ${TOP}V${bottom}"/>`,
      `<text x="${at(tick)}" y="${bottom + 17}" text-anchor="middle">${tick}×</text>`,
    )
  }
  for (const [row, kernel] of kernels.entries()) {
    for (const { peer } of SHOWN) {
      const ratio = times.ratio(kernel, ranks, peer, BASE)
      if (ratio === null) continue
      const [x, y] = [at(ratio.median), middle(row)]
      parts.push(
        `<g class="${peer}"><path class="bars" d="M${at(ratio.q1)} ${y}H${at(ratio.q3)}"/>${mark(peer, x, y)}</g>`,
      )
    }
  }
  return parts.join('\n')
}

function mark(peer: string, x: number, y: number): string {
  if (peer === 'tsmpi') return `<circle cx="${x}" cy="${y}" r="4.5"/>`
  return `<path class="diamond" d="M${x} ${y - 5}l5 5l-5 5l-5 -5z"/>`
}

/** From the smallest to the largest ratio, 1 included, in 1, 2, 5 steps: place of a ratio from 0 to 1. */
function axis(times: Times, compared: Times['cases']): { at: (ratio: number) => number; ticks: number[] } {
  const values = compared.flatMap(({ kernel, ranks }) =>
    SHOWN.flatMap(({ peer }) => {
      const ratio = times.ratio(kernel, ranks, peer, BASE)
      return ratio ? [ratio.q1, ratio.q3] : []
    }),
  )
  const steps = [-3, -2, -1, 0, 1, 2, 3, 4].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power))
  const low = Math.max(...steps.filter((step) => step <= Math.min(0.5, ...values)), steps[0]!)
  const high = Math.min(...steps.filter((step) => step >= Math.max(2, ...values)), steps.at(-1)!)
  const length = Math.log(high / low)
  const ticks = steps.filter((step) => step >= low && step <= high).map((step) => Number(step.toPrecision(1)))
  const isCrowded = ticks.length > 8
  return {
    at: (ratio) => Math.log(Math.min(Math.max(ratio, low), high) / low) / length,
    ticks: ticks.filter((tick) => !isCrowded || Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6)),
  }
}

function legend(): string {
  let left = LEFT
  const entries = SHOWN.map(({ peer, title }) => {
    const entry = `<g class="${peer}">${mark(peer, left + 6, 22)}</g><text class="name" x="${left + 18}" y="26">${title}</text>`
    left += Math.round(18 + title.length * 7.4 + 26)
    return entry
  })
  return `${entries.join('\n')}\n<text class="name" x="${left}" y="26">time relative to C over Open MPI: left of 1× is faster</text>`
}

function styles(): string {
  const colours = (of: 'light' | 'dark'): string =>
    SHOWN.map((one) => `.${one.peer}{color:${one[of]}}`).join('')
  return [
    'text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#444c56}',
    '.title,.name{font-size:13px;fill:#1f2328}.title{font-weight:600}.note{font-size:10.5px}',
    '.page{fill:#fff}.grid{stroke:#d8dee4;fill:none}.base{stroke:#57606a;stroke-width:1.5;fill:none}',
    `.bars{stroke:currentColor;stroke-width:2;fill:none}circle,.diamond{fill:currentColor}${colours('light')}`,
    '@media(prefers-color-scheme:dark){text{fill:#adb6c0}.title,.name{fill:#e6edf3}.page{fill:#0d1117}',
    `.grid{stroke:#2b323b}.base{stroke:#9aa4ae}${colours('dark')}}`,
  ].join('')
}

function middle(row: number): number {
  return TOP + ROW * row + ROW / 2
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
