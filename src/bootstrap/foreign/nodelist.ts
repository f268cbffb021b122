/** Slurm's short form of many host names: `n[1-3,07],login` is n1, n2, n3, n07, login. */

import { BootstrapError } from '../../errors.ts'

/** More hosts than any cluster has: a list that claims so many is not to be trusted with our memory. */
const MAX_NODES = 100_000

/** The names in the order of the list, which is the order in which Slurm numbers the nodes. */
export function expandNodelist(list: string): string[] {
  const out: string[] = []
  for (const item of splitOutside(list)) {
    for (const name of expandItem(item, list)) {
      if (out.push(name) > MAX_NODES) throw unreadable(list)
    }
  }
  return out
}

/** Splits at the commas that are in no bracket. */
function splitOutside(list: string): string[] {
  const items = list.match(/(?:[^,[]|\[[^\]]*\])+/g) ?? []
  if (items.join(',') !== list) throw unreadable(list)
  return items
}

/** Later brackets count faster: `r[1-2]n[1-2]` is r1n1, r1n2, r2n1, r2n2. */
function expandItem(item: string, list: string): string[] {
  const match = /^([^[\]]*)\[([^\]]*)\](.*)$/.exec(item)
  if (match === null) {
    if (/[[\]]/.test(item)) throw unreadable(list)
    return [item]
  }
  const [, before, ranges, after] = match
  const tails = expandItem(after!, list)
  const out: string[] = []
  for (const range of ranges!.split(',')) {
    for (const number of expandRange(range, list)) {
      for (const tail of tails) if (out.push(before + number + tail) > MAX_NODES) throw unreadable(list)
    }
  }
  return out
}

/** `08-10` is 08, 09, 10: as many digits as the first has. */
function expandRange(range: string, list: string): string[] {
  const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(range)
  if (match === null) throw unreadable(list)
  const [, first, last = first!] = match
  const count = Number(last) - Number(first) + 1
  if (count < 1 || count > MAX_NODES) throw unreadable(list)
  return Array.from({ length: count }, (_, i) => String(Number(first) + i).padStart(first!.length, '0'))
}

function unreadable(list: string): BootstrapError {
  const shown = list.length > 200 ? `${list.slice(0, 200)} ...` : list
  return new BootstrapError(
    `cannot read the list of Slurm nodes "${shown}"; expected a form such as n[1-3,07]`,
  )
}
