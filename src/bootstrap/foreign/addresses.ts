/** Where rank 0 of a foreign job listens, and under which addresses the others look for it. */

import { execFile } from 'node:child_process'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { ForeignStart } from './detect.ts'

const ANY = '::'
const LOOPBACK = '127.0.0.1'
const SCONTROL_LIMIT_MS = 5000

/** The addresses under which to look for rank 0, the likeliest first. None: the name has no address (yet). */
export async function addressesOfMeeting({ meeting, nodeName }: ForeignStart): Promise<string[]> {
  if (meeting.kind === 'master') return resolve(meeting.address)
  if (meeting.isOnlyNode) return [LOOPBACK]
  const found = nodeName === meeting.node ? [LOOPBACK] : []
  found.push(...(await resolve(meeting.node)))
  // Slurm may know a node under an address that the resolver does not.
  const address = await nodeAddress(meeting.node)
  if (address !== null) found.push(...(await resolve(address)))
  if (meeting.launchAddress !== null) found.push(meeting.launchAddress)
  return [...new Set(found)]
}

/**
 * The address to bind: the one interface that was named, if it is here. A host's own name often stands for a
 * loopback address on the host itself (127.0.1.1) and a service's for none of its hosts: then any.
 */
export async function bindAddress({ meeting }: ForeignStart): Promise<string> {
  if (meeting.kind === 'slurm') return meeting.isOnlyNode ? LOOPBACK : ANY
  const { address } = meeting
  if (isIP(address) !== 0) return address
  const [found, ...others] = await resolve(address)
  if (found === undefined || others.length > 0) return address === 'localhost' ? LOOPBACK : ANY
  if (isLoopback(found)) return address === 'localhost' ? found : ANY
  return isHere(found) ? found : ANY
}

export function isLoopback(address: string): boolean {
  return /^127\./.test(address) || address === '::1'
}

/** An IPv4 address as such, also where a socket for both kinds calls it `::ffff:10.0.0.7`. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

/** Whether `address` is one of this host. */
export function isHere(address: string): boolean {
  return Object.values(networkInterfaces()).some((ones) => ones?.some((one) => one.address === address))
}

async function resolve(name: string): Promise<string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address)
  } catch {
    return []
  }
}

/** What Slurm itself uses: `NodeAddr=10.0.0.7`; null if it cannot be asked. */
function nodeAddress(node: string): Promise<string | null> {
  return new Promise((done) => {
    execFile('scontrol', ['show', 'node', node], { timeout: SCONTROL_LIMIT_MS }, (error, stdout) => {
      done(error ? null : (/\bNodeAddr=(\S+)/.exec(stdout)?.[1] ?? null))
    })
  })
}
