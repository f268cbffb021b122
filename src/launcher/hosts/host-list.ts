/** The hosts of `-H a:4,b,alice@c:2,[fd00::7]:2`. Without a number: one slot. */

import { UsageError } from '../usage-error.ts'
import type { HostEntry } from './host.ts'
import { readHost } from './read-host.ts'

/** `texts`: the values of all -H, in order. One entry per mention. */
export function parseHostList(texts: readonly string[]): HostEntry[] {
  return texts.flatMap((text) => text.split(',').map((item) => parseItem(item.trim(), text)))
}

function parseItem(item: string, text: string): HostEntry {
  if (item === '') throw new UsageError(`-H: found "${text}"; hosts stand between commas: -H a:4,b:2`)
  const { name, user, slots } = readHost(item, '-H')
  return { name, user, slots: slots ?? 1, maxSlots: null, origin: '-H' }
}
