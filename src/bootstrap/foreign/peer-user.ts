/**
 * Which user of this very host is at the other end of a TCP connection: the kernel's table of sockets says it.
 *
 * So that on a host with other people on it nobody else can pose as a rank, also where there is no munge. It
 * helps for connections within the host only.
 */

import { readFileSync } from 'node:fs'
import { isIPv4, isIPv6, type Socket } from 'node:net'
import { isHere, isLoopback, plainAddress } from './addresses.ts'

export interface Endpoint {
  readonly address: string
  readonly port: number
}

const ESTABLISHED = '01'

/** Why the process at the other end is none of this user's; null if it is, or if that cannot be known. */
export function foreignUser(socket: Socket): string | null {
  const { localAddress, localPort, remoteAddress, remotePort } = socket
  if (!localAddress || !localPort || !remoteAddress || !remotePort) return null
  const peer = { address: plainAddress(remoteAddress), port: remotePort }
  const own = { address: plainAddress(localAddress), port: localPort }
  if (!isLoopback(peer.address) && !isHere(peer.address)) return null
  // One after the other: the kernel takes some 10 ms to write one.
  const uid = userOf(readTable('tcp'), peer, own) ?? userOf(readTable('tcp6'), peer, own)
  return uid === null || uid === process.getuid?.() ? null : `a process of another user is there (uid ${uid})`
}

/** The owner of the socket at `local` that is connected to `remote`, as in /proc/net/tcp; null: not found. */
export function userOf(table: string, local: Endpoint, remote: Endpoint): number | null {
  const locals = written(local)
  const remotes = written(remote)
  for (const line of table.split('\n').slice(1)) {
    // sl local remote state queues timer retransmissions uid ...
    const [, here, there, state, , , , uid] = line.trim().split(/\s+/)
    if (state === ESTABLISHED && locals.includes(here!) && remotes.includes(there!)) return Number(uid)
  }
  return null
}

/** As the tables have it: `0100007F:1F90`, words of 4 bytes with the last byte first. */
function written({ address, port }: Endpoint): string[] {
  const end = `:${hex(port, 4)}`
  if (isIPv4(address)) {
    const word = address
      .split('.')
      .reverse()
      .map((byte) => hex(Number(byte), 2))
      .join('')
    // A socket for both kinds of addresses stands in the other table.
    return [word + end, `0000000000000000FFFF0000${word}${end}`]
  }
  if (!isIPv6(address)) return []
  const groups = expandGroups(address.replace(/%.*/, ''))
  const words = [0, 2, 4, 6].map((i) => {
    const [a, b] = [groups[i]!, groups[i + 1]!]
    return hex(b & 0xff, 2) + hex(b >> 8, 2) + hex(a & 0xff, 2) + hex(a >> 8, 2)
  })
  return [words.join('') + end]
}

/** The eight numbers of an IPv6 address. */
function expandGroups(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((text) => Number.parseInt(text, 16))
  if (tail === undefined) return parse(head)
  const [before, after] = [parse(head), parse(tail)]
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

function readTable(name: string): string {
  try {
    return readFileSync(`/proc/net/${name}`, 'latin1')
  } catch {
    return ''
  }
}
