/** Hosts that a user names inside an allocation choose within it, and never get more than it has. */

import { UsageError } from '../usage-error.ts'
import { addUp } from './add-up.ts'
import type { Allocation } from './allocation.ts'
import type { HostEntry } from './host.ts'

/**
 * The asked hosts, each once and called as the allocation calls it, for srun must find it. `isHere`: whether a
 * host is the one tsrun runs on, which may be asked for as localhost.
 */
export function within(
  asked: readonly HostEntry[],
  allocation: Allocation,
  isHere: (entry: HostEntry) => boolean,
): HostEntry[] {
  const { job } = allocation
  const givenFor = new Map<string, HostEntry>()
  const renamed = asked.map((entry) => {
    const given = find(entry, allocation, isHere)
    givenFor.set(given.name, given)
    return { ...entry, name: given.name }
  })
  return addUp(renamed, ({ name }) => name).map((entry) => {
    const most = givenFor.get(entry.name)!.slots!
    const slots = entry.slots ?? Math.min(most, entry.maxSlots ?? most)
    if (slots > most) {
      throw new UsageError(
        `${entry.origin}: ${count(slots)} on ${entry.name}, but ${job} has ${count(most)} there; ask for at most ${most}, or for a larger allocation`,
      )
    }
    return { ...entry, slots, origin: `${entry.origin} in ${job}` }
  })
}

function find(
  entry: HostEntry,
  { job, hosts }: Allocation,
  isHere: (entry: HostEntry) => boolean,
): HostEntry {
  const given =
    hosts.find(({ name }) => name === entry.name) ??
    hosts.find(({ name }) => isShortFor(name, entry.name) || isShortFor(entry.name, name)) ??
    (isHere(entry) ? hosts.find(isHere) : undefined)
  if (given !== undefined) return given
  throw new UsageError(
    `${entry.origin}: ${entry.name} is not among the hosts of ${job}, ${listed(hosts)}; name hosts of the allocation only`,
  )
}

/** `node5` for `node5.example.org`. */
function isShortFor(short: string, long: string): boolean {
  return !short.includes('.') && long.startsWith(`${short}.`)
}

const SHOWN = 8

function listed(hosts: readonly HostEntry[]): string {
  const names = hosts.slice(0, SHOWN).map(({ name }) => name)
  const more = hosts.length - names.length
  return `which are ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const count = (slots: number) => (slots === 1 ? '1 slot' : `${slots} slots`)
