/** One host in the words of a user: `node5`, `alice@node5:4`, `10.0.0.7:2`, `[fd00::7]:2`. */

import { isIPv6 } from 'node:net'
import { UsageError } from '../usage-error.ts'

export interface NamedHost {
  readonly name: string
  readonly user: string | null
  readonly slots: number | null
}

/** Far above what a host runs, and low enough for every slot to be gone through. */
const MOST_SLOTS = 1_000_000

/** A first letter of "-" would make an option of ssh of it. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/
const USER = /^[^\s,:#-][^\s,:#]*$/

/** `where` begins the message of an error: "hosts:3" or "-H". */
export function readHost(text: string, where: string): NamedHost {
  const fail = (cure: string) => new UsageError(`${where}: found "${text}"; ${cure}`)
  // The last one, because a user's name may have a domain behind an @ of its own.
  const at = text.lastIndexOf('@')
  const user = at < 0 ? null : text.slice(0, at)
  if (user !== null && !USER.test(user)) throw fail('before the @ stands the name of a user: alice@node5')
  const { name, rest } = splitName(text.slice(at + 1))
  if (rest.includes(':', 1) || name.startsWith('[') || (text[at + 1] === '[' && !isIPv6(name))) {
    throw fail('an IPv6 address stands in brackets, with the slots behind them: [fd00::7]:2')
  }
  if (/^\d+$/.test(name)) throw fail('a number alone names no host; the number of ranks is -n')
  if (!isIPv6(name) && !NAME.test(name)) {
    throw fail('a host is a name or an address, such as node5, alice@node5 or 10.0.0.7')
  }
  if (rest === '') return { name, user, slots: null }
  const slots = rest.startsWith(':') ? wholeNumber(rest.slice(1)) : null
  if (slots === null) throw fail('behind the host stands a colon and its slots, 1 or more: node5:4')
  return { name, user, slots }
}

/** The name without brackets, and what is behind it with its colon. */
function splitName(text: string): { name: string; rest: string } {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1
  if (bracket > 0) return { name: text.slice(1, bracket), rest: text.slice(bracket + 1) }
  const colon = text.indexOf(':')
  return colon < 0 ? { name: text, rest: '' } : { name: text.slice(0, colon), rest: text.slice(colon) }
}

/** A number of slots, or null if `text` is none. */
export function wholeNumber(text: string): number | null {
  const number = /^\d+$/.test(text) ? Number(text) : 0
  return number >= 1 && number <= MOST_SLOTS ? number : null
}
