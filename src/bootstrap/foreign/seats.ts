/** Gives the ranks that have come together their places: which are on one host, and how hosts reach each other. */

import type { Place } from '../environment.ts'
import type { Guest, Seat } from './messages.ts'

export interface JobFacts {
  readonly jobId: string
  /** 256 bits that only the ranks learn, in hexadecimal digits. */
  readonly secret: string
  /** The address of the host of rank 0 that the other hosts reach. */
  readonly address: string
}

/** `guests`: all ranks, by rank. Hosts are numbered by their lowest ranks. */
export function seatsOf(guests: readonly Guest[], { jobId, secret, address }: JobFacts): Seat[] {
  const hosts = new Map<string, Guest[]>()
  for (const guest of guests) {
    const onHost = hosts.get(guest.hostKey)
    if (onHost) onHost.push(guest)
    else hosts.set(guest.hostKey, [guest])
  }
  const keys = [...hosts.keys()]
  const numbers = new Map(keys.map((key, number) => [key, number]))
  const nodeOf = guests.map(({ hostKey }) => numbers.get(hostKey)!)

  const { pid, hostname } = guests[0]!
  const hub = { pid, hostname }

  return guests.map((guest): Seat => {
    const onHost = hosts.get(guest.hostKey)!
    const nodeRank = nodeOf[guest.rank]!
    const place: Place = {
      rank: guest.rank,
      size: guests.length,
      localRank: onHost.indexOf(guest),
      localSize: onHost.length,
      nodeRank,
      nodeOf,
      // The memory that ranks share under tsrun is handed down to them by the process that starts them.
      sharing: keys.map(() => false),
      net:
        keys.length === 1
          ? null
          : { address: nodeRank === 0 ? address : guest.address, ports: null, secret, encrypted: true },
      bracketing: 'placement',
      jobId,
      hostname: guest.hostname,
      runtimeDir: guest.folder,
      segmentFd: null,
    }
    return { place, hub }
  })
}
