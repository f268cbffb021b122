/**
 * Latency and bandwidth by message size as an SVG: two panels, logarithmic axes, a line for each peer with its
 * quartiles, readable on a light and on a dark page. Pure.
 */

import type { Measurements } from './measurements.ts'
import { PEER_TITLES, type PeerName } from './peers.ts'
import { formatBytes } from './table.ts'

/** Told apart by shape too, for those who do not see the colours: light page, dark page, dashes. */
const STYLES: Readonly<Record<PeerName, readonly [light: string, dark: string, dashes: string]>> = {
  tsmpi: ['#0b62d6', '#5aa9ff', ''],
  'tsmpi-zmq': ['#7a4fd0', '#b79bff', '2 3'],
  openmpi: ['#c2410c', '#ff9d5c', '7 3'],
  mpich: ['#15803d', '#5fd38a', '10 3 2 3'],
  mpi4py: ['#a21a74', '#f58bd0', '4 3'],
}

const WIDTH = 880
const HEIGHT = 400
const TOP = 68
const BOTTOM = HEIGHT - 52
const PANELS = [
  { bench: 'latency', title: 'Latency, one way', unit: 'µs', left: 62, right: 412 },
  { bench: 'bw', title: 'Bandwidth, window of 64', unit: 'MB/s', left: 500, right: 850 },
] as const

interface Point {
  readonly bytes: number
  readonly median: number
  readonly q1: number
  readonly q3: number
}

interface Series {
  readonly peer: PeerName
  readonly points: readonly Point[]
}

/** Null without figures of at least two sizes of both. `note` stands below: machine, versions, date. */
export function plot(measurements: Measurements, peers: readonly PeerName[], note: string): string | null {
  const panels = PANELS.map((panel) => ({
    ...panel,
    series: peers.map((peer) => ({ peer, points: pointsOf(measurements, peer, panel.bench) })),
  }))
  if (panels.some(({ series }) => series.every(({ points }) => points.length < 2))) return null
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title">`,
    `<title id="title">Latency and bandwidth by message size between two ranks of one machine: ${peers
      .map((peer) => escapeText(PEER_TITLES[peer]))
      .join('; ')}</title>`,
    `<style>${styles(peers)}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    legend(peers),
    ...panels.map(({ series, ...panel }) => drawPanel(panel, series)),
    `<text class="note" x="${PANELS[1].right}" y="${HEIGHT - 8}" text-anchor="end">${escapeText(note)}</text>`,
    '</svg>',
    '',
  ].join('\n')
}

function pointsOf(measurements: Measurements, peer: PeerName, bench: string): Point[] {
  return measurements
    .rowsOf(bench, 2)
    .map((bytes) => ({ bytes, summary: measurements.summary(peer, bench, 2, bytes) }))
    .flatMap(({ bytes, summary }) => (summary ? [{ bytes, ...summary }] : []))
}

function drawPanel(panel: Omit<(typeof PANELS)[number], 'series'>, series: readonly Series[]): string {
  const all = series.flatMap(({ points }) => points)
  const x = logScale(extent(all.map(({ bytes }) => bytes)), [panel.left, panel.right])
  const y = logScale(decades(all.flatMap(({ q1, q3 }) => [q1, q3])), [BOTTOM, TOP])
  const parts = [
    `<text class="title" x="${panel.left}" y="${TOP - 14}">${panel.title} [${panel.unit}]</text>`,
    ...sizeTicks(x.domain).map(
      (bytes) =>
        `<path class="grid" d="M${x.at(bytes)} ${TOP}V${BOTTOM}"/><text x="${x.at(bytes)}" y="${BOTTOM + 16}" text-anchor="middle">${formatBytes(bytes)}</text>`,
    ),
    ...powersOfTen(y.domain).map(
      (value) =>
        `<path class="grid" d="M${panel.left} ${y.at(value)}H${panel.right}"/><text x="${panel.left - 6}" y="${y.at(value) + 4}" text-anchor="end">${formatTick(value)}</text>`,
    ),
  ]
  // tsmpi last, so that it lies on top.
  for (const { peer, points } of [...series].reverse()) {
    const place = ({ bytes, median }: Point): string => `${x.at(bytes)} ${y.at(median)}`
    const bars = points.map(({ bytes, q1, q3 }) => `M${x.at(bytes)} ${y.at(q1)}V${y.at(q3)}`).join('')
    const dots = points.map(
      ({ bytes, median }) => `<circle cx="${x.at(bytes)}" cy="${y.at(median)}" r="2.6"/>`,
    )
    if (points.length === 0) continue
    parts.push(
      `<g class="${peer}"><path class="line" d="M${points.map(place).join('L')}"/><path class="bars" d="${bars}"/>${dots.join('')}</g>`,
    )
  }
  return parts.join('\n')
}

function legend(peers: readonly PeerName[]): string {
  let left: number = PANELS[0].left
  return peers
    .map((peer) => {
      const title = PEER_TITLES[peer]
      const entry = `<g class="${peer}"><path class="line" d="M${left} 22h30"/><circle cx="${left + 15}" cy="22" r="2.6"/></g><text class="name" x="${left + 37}" y="26.5">${escapeText(title)}</text>`
      left += Math.round(37 + title.length * 7.4 + 26)
      return entry
    })
    .join('\n')
}

function styles(peers: readonly PeerName[]): string {
  const colours = (at: 0 | 1): string => peers.map((peer) => `.${peer}{color:${STYLES[peer][at]}}`).join('')
  const dashes = peers
    .filter((peer) => STYLES[peer][2] !== '')
    .map((peer) => `.${peer} .line{stroke-dasharray:${STYLES[peer][2]}}`)
    .join('')
  return [
    'text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#444c56}',
    '.title,.name{font-size:13px;fill:#1f2328}.title{font-weight:600}.note{font-size:10.5px}',
    '.page{fill:#fff}.grid{stroke:#d8dee4;fill:none}',
    '.line{stroke:currentColor;stroke-width:2;fill:none;stroke-linejoin:round}',
    '.bars{stroke:currentColor;stroke-width:1.2;stroke-opacity:.55;fill:none}circle{fill:currentColor}',
    `${colours(0)}${dashes}`,
    '@media(prefers-color-scheme:dark){text{fill:#adb6c0}.title,.name{fill:#e6edf3}.page{fill:#0d1117}',
    `.grid{stroke:#2b323b}${colours(1)}}`,
  ].join('')
}

interface Scale {
  readonly domain: readonly [number, number]
  at(value: number): number
}

function logScale(domain: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const [low, high] = domain.map(Math.log) as [number, number]
  return {
    domain,
    at: (value) => Math.round((from + ((Math.log(value) - low) / (high - low)) * (to - from)) * 10) / 10,
  }
}

function extent(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)]
}

/** Whole powers of ten around the values, so that the grid ends with the panel. */
function decades(values: readonly number[]): [number, number] {
  const [low, high] = extent(values)
  const first = Math.floor(Math.log10(low))
  return [10 ** first, 10 ** Math.max(first + 1, Math.ceil(Math.log10(high)))]
}

function powersOfTen([low, high]: readonly [number, number]): number[] {
  const ticks: number[] = []
  for (let power = Math.round(Math.log10(low)); power <= Math.round(Math.log10(high)); power++) {
    ticks.push(10 ** power)
  }
  return ticks
}

/** Sizes as people write them, about every factor of 32. */
function sizeTicks([low, high]: readonly [number, number]): number[] {
  return [1, 32, 1024, 32 * 1024, 2 ** 20, 2 ** 22, 2 ** 25]
    .filter((bytes) => bytes >= low && bytes <= high)
    .filter((bytes) => bytes !== 2 ** 20 || high < 2 ** 22)
}

function formatTick(value: number): string {
  if (value >= 1) return value.toLocaleString('en-US')
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(value) + 1e-9)))
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
