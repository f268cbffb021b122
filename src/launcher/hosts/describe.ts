/** What --dry-run says about the placement, as far as it is known without asking any host. */

import { address } from './add-up.ts'
import type { HostEntry, PlacedHost } from './host.ts'
import { type PlacementRequest, place } from './placement.ts'

/** `job`: the folder and the command, for the first line. Every line ends. Throws as `place` does. */
export function describePlacement(
  entries: readonly HostEntry[],
  request: PlacementRequest,
  job: string,
): string {
  const { ranks } = request
  const rows = rowsOf(entries, request)
  const total = ranks ?? (entries.some(isOpen) ? null : sum(entries.map((entry) => entry.slots!)))
  const many = total === null ? 'one rank per slot' : plural(total, 'rank')
  const isCertain = rows.every(([, ranks]) => ranks !== OPEN)
  const head = `${many} on ${isCertain ? '' : 'up to '}${plural(rows.length, 'host')}, by ${request.mapBy}, ${job}`
  return [head, ...aligned(rows)].map((line) => `${line}\n`).join('')
}

/** Host, ranks, slots, origin. */
type Row = readonly [string, string, string, string]

const OPEN = 'ranks open'

const isOpen = (entry: HostEntry) => entry.slots === null

function rowsOf(entries: readonly HostEntry[], request: PlacementRequest): Row[] {
  if (!entries.some(isOpen)) return place(entries, request).map(placedRow)
  const { ranks, mapBy } = request
  // Filling host after host, those before the first unknown number are certain.
  const certain = mapBy === 'slot' ? entries.slice(0, entries.findIndex(isOpen)) : []
  const slots = sum(certain.map((entry) => entry.slots!))
  const head = place(certain, { ...request, ranks: Math.min(ranks ?? slots, slots) }).map(placedRow)
  if (ranks !== null && ranks <= slots) return head
  return [...head, ...entries.slice(certain.length).map(openRow)]
}

function placedRow({ entry, slots, ranks }: PlacedHost): Row {
  const over = ranks.length > slots ? ', oversubscribed' : ''
  return [address(entry), showRanks(ranks), `${plural(slots, 'slot')}${over}`, entry.origin]
}

function openRow(entry: HostEntry): Row {
  const slots =
    entry.slots === null ? 'a slot per CPU, asked when the job starts' : plural(entry.slots, 'slot')
  return [address(entry), OPEN, slots, entry.origin]
}

/** `ranks 0-3`, `ranks 0,2,4` */
function showRanks(ranks: readonly number[]): string {
  const runs: string[] = []
  for (let at = 0; at < ranks.length; ) {
    let end = at
    while (ranks[end + 1] === ranks[end]! + 1) end++
    // Two in a row are a list still.
    if (end === at + 1) end = at
    runs.push(end === at ? `${ranks[at]}` : `${ranks[at]}-${ranks[end]}`)
    at = end + 1
  }
  return `${ranks.length === 1 ? 'rank' : 'ranks'} ${runs.join(',')}`
}

/** Columns as wide as their widest cell. */
function aligned(rows: readonly Row[]): string[] {
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd(),
  )
}

const plural = (count: number, noun: string) => (count === 1 ? `1 ${noun}` : `${count} ${noun}s`)
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
