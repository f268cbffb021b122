/**
 * A host that is named several times becomes one with all its slots. Where no number is given, each mention
 * is a slot then, as in the files of resource managers that name a host once for every slot.
 */

import { UsageError } from '../usage-error.ts'
import type { HostEntry } from './host.ts'

/** In the order of first mention. `keyOf`: hosts with equal keys are one. */
export function addUp(entries: readonly HostEntry[], keyOf = address): HostEntry[] {
  const mentions = new Map<string, HostEntry[]>()
  for (const entry of entries) {
    const key = keyOf(entry)
    mentions.set(key, [...(mentions.get(key) ?? []), entry])
  }
  return [...mentions.values()].map(together)
}

/** A host and who one is there, as ssh wants it. */
export function address({ user, name }: HostEntry): string {
  return user === null ? name : `${user}@${name}`
}

function together(mentions: readonly HostEntry[]): HostEntry {
  const first = mentions[0]!
  if (mentions.length === 1) return first
  const slots = sum(mentions.map((entry) => entry.slots ?? 1))
  const limits = mentions.flatMap((entry) => entry.maxSlots ?? [])
  const maxSlots = limits.length > 0 ? sum(limits) : null
  const origin = originOf(mentions)
  if (maxSlots !== null && slots > maxSlots) {
    throw new UsageError(
      `${origin}: ${first.name} has ${slots} slots together, above its max_slots=${maxSlots}; give max_slots on each of these lines, or fewer slots`,
    )
  }
  return { ...first, slots, maxSlots, origin }
}

function originOf(mentions: readonly HostEntry[]): string {
  const origins = [...new Set(mentions.map((entry) => entry.origin))]
  return origins.length <= 2 ? origins.join(', ') : `${origins[0]} to ${origins.at(-1)}`
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
