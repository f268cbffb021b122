/** What an agent tells of its host. */

import { readFileSync, readlinkSync } from 'node:fs'
import { availableParallelism, hostname, networkInterfaces } from 'node:os'

export interface HostAddress {
  /** Name of the interface. */
  readonly iface: string
  readonly address: string
  /** As in `10.0.0.7/24`. */
  readonly cidr: string
  readonly isInternal: boolean
}

export interface HostFacts {
  readonly hostname: string
  readonly pid: number
  /** The CPUs that this process may use. */
  readonly cpus: number
  readonly addresses: readonly HostAddress[]
  /** The same on two hosts that are one machine with one set of interfaces; null: unknown. */
  readonly network: string | null
  /** The two ends of the connection through which ssh reached this host. */
  readonly ssh: { readonly client: string; readonly server: string } | null
}

export function hostFacts(): HostFacts {
  return {
    hostname: hostname(),
    pid: process.pid,
    cpus: availableParallelism(),
    addresses: Object.entries(networkInterfaces()).flatMap(([iface, list = []]) =>
      list.flatMap(({ address, cidr, internal }) =>
        cidr === null ? [] : [{ iface, address, cidr, isInternal: internal }],
      ),
    ),
    network: networkIdentity(),
    ssh: sshConnection(process.env.SSH_CONNECTION),
  }
}

/** A machine's boot and its network namespace: hosts of one machine may yet have networks of their own. */
function networkIdentity(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/net')}`
  } catch {
    return null
  }
}

/** `client port server port`, as sshd sets it. */
function sshConnection(text: string | undefined): HostFacts['ssh'] {
  const [client, , server, port] = (text ?? '').split(' ')
  return client && server && port ? { client, server } : null
}
