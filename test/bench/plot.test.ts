import { expect, it } from 'vitest'
import { Measurements } from '../../bench/driver/measurements.ts'
import { plot } from '../../bench/driver/plot.ts'
import { add, twoPeers } from './measured.ts'

const svg = plot(twoPeers(), ['tsmpi', 'openmpi'], 'a <fast> machine & more')!

it('draws a line of each peer in both panels, and names it in the legend', () => {
  for (const peer of ['tsmpi', 'openmpi']) {
    expect(svg.split(`<g class="${peer}"><path class="line"`)).toHaveLength(1 + 1 + 2)
  }
  expect(svg).toContain('>C, Open MPI</text>')
  expect(svg).toContain('Latency, one way [µs]')
  expect(svg).toContain('[MB/s]')
})

it('is closed XML without a number that is none', () => {
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  expect(svg).toContain('a &lt;fast> machine &amp; more')
  const opened = svg.match(/<(?!\/|[^>]*\/>)[a-z]+/g)!.map((tag) => tag.slice(1))
  const closed = svg.match(/<\/[a-z]+/g)!.map((tag) => tag.slice(2))
  expect(opened.sort()).toEqual(closed.sort())
})

it('has colours for a light and a dark page', () => {
  expect(svg).toContain('prefers-color-scheme:dark')
})

it('puts larger latencies higher, and stays within the picture', () => {
  const line = /<g class="tsmpi"><path class="line" d="M([\d. L]+)"/.exec(
    svg.slice(svg.indexOf('Latency, one way [')),
  )!
  const places = line[1]!.split('L').map((place) => place.split(' ').map(Number))
  const ys = places.map(([, y]) => y!)
  expect(ys).toEqual([...ys].sort((a, b) => b - a))
  for (const [x, y] of places) {
    expect(x).toBeGreaterThanOrEqual(0)
    expect(x).toBeLessThanOrEqual(880)
    expect(y).toBeGreaterThanOrEqual(0)
    expect(y).toBeLessThanOrEqual(400)
  }
})

it('needs two sizes of both', () => {
  const measurements = new Measurements()
  add(measurements, 'tsmpi', 'latency', 8, [1])
  add(measurements, 'tsmpi', 'bw', 8, [1])
  expect(plot(measurements, ['tsmpi'], '')).toBeNull()
})
