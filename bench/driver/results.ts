/** What a run leaves behind: all figures as JSON, the tables as text, the plot. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './machine.ts'
import type { Figure, Measurements } from './measurements.ts'
import type { Options } from './options.ts'
import type { Missing, Peer } from './peers.ts'

export interface Run {
  readonly machine: Machine
  readonly options: Partial<Options> & Pick<Options, 'reference'>
  readonly peers: readonly Pick<Peer, 'name' | 'version'>[]
  readonly missing: readonly Missing[]
  readonly failures: readonly string[]
  readonly measurements: Measurements
}

/** A file name for each kind. The reference is the one that is committed; the others carry their date. */
export function fileNames(
  { machine, options }: Run,
  suite?: string,
): { json: string; text: string; svg: string } {
  const dated = machine.date.slice(0, 19).replaceAll(':', '-')
  const name = options.reference ? (suite ?? 'reference') : suite ? `${suite}-${dated}` : dated
  const plot = options.reference ? 'latency-bandwidth' : name
  return { json: `${name}.json`, text: `${name}.txt`, svg: `${plot}.svg` }
}

/** Gives the paths written. A suite of its own, such as that between hosts, has its name in theirs. */
export function writeResults(
  run: Run,
  folder: string,
  text: string,
  svg: string | null,
  suite?: string,
): string[] {
  mkdirSync(folder, { recursive: true })
  const names = fileNames(run, suite)
  const files: [string, string | null][] = [
    [names.json, toJson(run)],
    [names.text, text],
    [names.svg, svg],
  ]
  return files.flatMap(([name, content]) => {
    if (content === null) return []
    const path = join(folder, name)
    writeFileSync(path, content)
    return [path]
  })
}

/** One line for each size of each benchmark and peer, so that two results can be compared with diff. */
export function toJson({ measurements, ...run }: Run): string {
  const series = new Map<string, { first: Figure; values: number[]; max: number[]; iterations: number[] }>()
  for (const figure of measurements.figures) {
    const key = [figure.bench, figure.ranks, figure.bytes, figure.peer].join(' ')
    const group = series.get(key) ?? { first: figure, values: [], max: [], iterations: [] }
    group.values.push(rounded(figure.value))
    group.max.push(rounded(figure.max))
    group.iterations.push(figure.iterations)
    series.set(key, group)
  }
  const lines = [...series.values()].map(({ first: { bench, ranks, bytes, peer }, ...rest }) =>
    JSON.stringify({ bench, ranks, bytes, peer, ...rest }),
  )
  const head = JSON.stringify(run, null, 2).slice(0, -2)
  return `${head},\n  "series": [\n    ${lines.join(',\n    ')}\n  ]\n}\n`
}

/** Six digits are more than any of them is good for. */
function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
