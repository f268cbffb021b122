/** Which hosts of a job are the one that tsrun itself runs on: their ranks need no ssh. */

import { isIP, SocketAddress } from 'node:net'
import type { HostEntry } from './host.ts'

/** What this host is called, by itself and by others. */
export interface ThisHost {
  readonly hostname: string
  /** Of all its interfaces. */
  readonly addresses: readonly string[]
  /** Who runs tsrun. */
  readonly user: string
  /** What Slurm calls it: SLURMD_NODENAME. */
  readonly nodeName: string | null
}

/** Whether the ranks of `entry` can be run by tsrun itself: it is this host, and no other user. */
export function runsHere({ name, user }: HostEntry, here: ThisHost): boolean {
  if (user !== null && user !== here.user) return false
  return name === here.nodeName || isThisHost(name, here.hostname, here.addresses)
}

/**
 * Whether a name or address means the host of this name and these addresses. Asks nobody: a name that only
 * DNS could tell to be ours is taken for another host's, which ssh can reach too.
 */
export function isThisHost(name: string, hostname: string, addresses: readonly string[]): boolean {
  if (isIP(name) !== 0) {
    const address = canonical(name)
    return isLoopback(address) || addresses.some((own) => canonical(own) === address)
  }
  const [asked, own] = [name.toLowerCase().replace(/\.$/, ''), hostname.toLowerCase()]
  if (asked === 'localhost' || asked === 'localhost.localdomain' || asked === own) return true
  // The short name of this host; its long name is not told by a short hostname, for domains differ.
  return !asked.includes('.') && own.startsWith(`${asked}.`)
}

/** IPv6 has many ways to write one address; an IPv4 address may come as one of IPv6. */
function canonical(address: string): string {
  const bare = address.replace(/%.*/, '')
  if (isIP(bare) !== 6) return bare
  const text = new SocketAddress({ address: bare, family: 'ipv6' }).address
  return text.replace(/^::ffff:(?=\d+\.)/, '')
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}
