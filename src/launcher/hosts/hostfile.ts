/**
 * The hostfile: one host per line, in either of the two dialects common among MPI launchers.
 *
 *     [user@]host [slots=N] [max_slots=M]
 *     [user@]host:N
 *
 * A # starts a comment wherever it stands. What the file may not say is an error with its line, because a
 * word that is passed over would put the ranks elsewhere than its author thinks.
 */

import { nearestName } from '../nearest-name.ts'
import { UsageError } from '../usage-error.ts'
import type { HostEntry } from './host.ts'
import { readHost, wholeNumber } from './read-host.ts'

/** One entry per line that names a host. `file`: as the user calls it, for messages. */
export function parseHostfile(text: string, file: string): HostEntry[] {
  const entries = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, index) => parseLine(line, `${file}:${index + 1}`) ?? [])
  if (entries.length === 0) {
    throw new UsageError(`${file} names no host; write one per line, such as "node5 slots=4"`)
  }
  return entries
}

function parseLine(line: string, origin: string): HostEntry | null {
  const [first, ...settings] = line.replace(/#.*/, '').trim().split(/\s+/)
  if (first === undefined || first === '') return null
  const host = readHost(first, origin)
  let { slots } = host
  let maxSlots: number | null = null
  for (const setting of settings) {
    const { key, value } = readSetting(setting, first, origin)
    if ((key === 'slots' ? slots : maxSlots) !== null) {
      throw new UsageError(`${origin}: found "${setting}"; ${host.name} has ${key} already, give them once`)
    }
    if (key === 'slots') slots = value
    else maxSlots = value
  }
  if (slots !== null && maxSlots !== null && slots > maxSlots) {
    throw new UsageError(
      `${origin}: ${host.name} has ${slots} slots, above its max_slots=${maxSlots}; lower the one or raise the other`,
    )
  }
  return { name: host.name, user: host.user, slots, maxSlots, origin }
}

function readSetting(setting: string, host: string, origin: string) {
  const equals = setting.indexOf('=')
  const key = equals < 0 ? setting : setting.slice(0, equals).replace('max-slots', 'max_slots')
  if (equals >= 0 && (key === 'slots' || key === 'max_slots')) {
    const value = wholeNumber(setting.slice(equals + 1))
    if (value !== null) return { key, value } as const
    throw new UsageError(`${origin}: found "${setting}"; ${key} is a whole number, 1 or more`)
  }
  throw new UsageError(`${origin}: found "${setting}" behind ${host}; ${cureFor(key)}`)
}

function cureFor(key: string): string {
  if (/^:?\d+$/.test(key)) return `write slots=${key.replace(':', '')}`
  const near = nearestName(key, ['slots', 'max_slots'])
  if (near !== null) return `did you mean ${near}=N, without blanks around the "="?`
  return 'only slots=N and max_slots=N may stand there, and every host has a line of its own'
}
