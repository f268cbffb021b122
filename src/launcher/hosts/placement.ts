/**
 * Which ranks run on which host. First how many each host takes, then their numbers: consecutive on each host,
 * or dealt out in turns. Consecutive ranks talk most to each other in most programs, hence the default.
 */

import type { MapBy } from '../arguments.ts'
import { UsageError } from '../usage-error.ts'
import type { HostEntry, PlacedHost } from './host.ts'

export interface PlacementRequest {
  /** Null: one per slot. */
  readonly ranks: number | null
  readonly mapBy: MapBy
  readonly oversubscribe: boolean
}

/** Places all ranks; hosts that get none are left out. The slots of every host must be known. */
export function place(entries: readonly HostEntry[], request: PlacementRequest): PlacedHost[] {
  const slots = entries.map(knownSlots)
  const ranks = request.ranks ?? sum(slots)
  let most = slots
  if (ranks > sum(slots)) {
    if (!request.oversubscribe) throw new UsageError(tooFewSlots(entries, slots, ranks))
    if (ranks > sum(entries.map(limitOf))) throw new UsageError(aboveLimits(entries, slots, ranks))
    most = oversubscribed(entries, slots, ranks)
  }
  const ranksOf = request.mapBy === 'slot' ? fill(most, ranks) : deal(most, ranks)
  return entries
    .map((entry, host) => ({ entry, slots: slots[host]!, ranks: ranksOf[host]! }))
    .filter((host) => host.ranks.length > 0)
}

/** An entry once its host has told its number of CPUs. */
export function withCpus(entry: HostEntry, cpus: number): HostEntry {
  if (entry.slots !== null) return entry
  return { ...entry, slots: Math.min(cpus, limitOf(entry)), origin: `its CPUs, ${entry.origin}` }
}

function knownSlots({ name, slots }: HostEntry): number {
  if (slots === null) throw new Error(`ranks are placed before the slots of ${name} are known`)
  return slots
}

function limitOf({ maxSlots }: HostEntry): number {
  return maxSlots ?? Number.POSITIVE_INFINITY
}

/** Ranks per host where there are more than slots: each goes where the load per slot stays lowest. */
function oversubscribed(entries: readonly HostEntry[], slots: readonly number[], ranks: number): number[] {
  const counts = [...slots]
  const loadWithOneMore = (host: number) =>
    counts[host]! < limitOf(entries[host]!) ? (counts[host]! + 1) / slots[host]! : Number.POSITIVE_INFINITY
  for (let surplus = ranks - sum(slots); surplus > 0; surplus--) {
    let least = 0
    for (let host = 1; host < counts.length; host++) {
      if (loadWithOneMore(host) < loadWithOneMore(least)) least = host
    }
    counts[least]!++
  }
  return counts
}

/** One host after the other. `most`: how many ranks each may take. */
function fill(most: readonly number[], ranks: number): number[][] {
  let next = 0
  return most.map((count) => {
    const first = next
    next = Math.min(ranks, first + count)
    return Array.from({ length: next - first }, (_, i) => first + i)
  })
}

/** In turns, passing over hosts that have all they may take. */
function deal(most: readonly number[], ranks: number): number[][] {
  const ranksOf = most.map((): number[] => [])
  for (let rank = 0; rank < ranks; ) {
    for (const [host, own] of ranksOf.entries()) {
      if (rank < ranks && own.length < most[host]!) own.push(rank++)
    }
  }
  return ranksOf
}

function tooFewSlots(entries: readonly HostEntry[], slots: readonly number[], ranks: number): string {
  const total = sum(slots)
  const most = sum(entries.map(limitOf))
  const allow =
    most < ranks
      ? `--oversubscribe allows up to ${most} ranks, because of max_slots; name more hosts for ${ranks}`
      : '--oversubscribe allows more ranks than slots'
  return [
    `asked for ${ranks} ranks`,
    `have ${total === 1 ? '1 slot' : `${total} slots`}: ${listed(entries, (host) => String(slots[host]))}`,
    `${allow}; without it start at most ${total}, with -n ${total}`,
  ].join('\n')
}

function aboveLimits(entries: readonly HostEntry[], slots: readonly number[], ranks: number): string {
  const most = sum(entries.map(limitOf))
  return [
    `asked for ${ranks} ranks`,
    `have room for ${most}: ${listed(entries, (host) => `${slots[host]}, max_slots=${entries[host]!.maxSlots}`)}`,
    `max_slots is a limit for --oversubscribe too: raise it, name more hosts, or start at most ${most}, with -n ${most}`,
  ].join('\n')
}

const SHOWN = 8

/** Every host with its number and where that came from. */
function listed(entries: readonly HostEntry[], numberOf: (host: number) => string): string {
  const parts = entries
    .slice(0, SHOWN)
    .map(({ name, origin }, host) => `${name} ${numberOf(host)} (${origin})`)
  const more = entries.length - parts.length
  return parts.join(', ') + (more > 0 ? ` and ${more} more hosts` : '')
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
