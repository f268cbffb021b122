/**
 * Which address of each host the ranks of the others connect to. Pure: all hosts' facts in, addresses out.
 *
 * One network for all is looked for: the one the user names, else the machine itself where all hosts are one,
 * else a subnet that every host is on, best the one over which ssh came, else whatever ssh came over. Loopback
 * is never right, nor is a bridge for containers, which every host has for itself.
 */

import { BlockList, isIPv6 } from 'node:net'
import { LaunchError } from '../launch-error.ts'
import type { HostAddress, HostFacts } from './facts.ts'

export interface HostOnNet {
  readonly hostname: string
  readonly facts: Pick<HostFacts, 'addresses' | 'network' | 'ssh'>
  /** The launcher runs on it; ssh came from here. */
  readonly isLauncher: boolean
}

const LOOPBACK = '127.0.0.1'
/** Made by container and virtual machine managers on every host anew. */
const PRIVATE_BRIDGE = /^(docker\d|virbr\d|br-[0-9a-f]{12}$|lxcbr\d|lxdbr\d|podman\d|cni\d|veth[0-9a-f]{7})/
const SHOWN_ADDRESSES = 8

/** One address per host, in order. `iface`: as given with --iface. */
export function chooseAddresses(hosts: readonly HostOnNet[], iface: string | null): string[] {
  if (iface !== null) return hosts.map((host) => addressOn(host, iface, hosts))
  const networks = new Set(hosts.map((host) => host.facts.network))
  if (networks.size === 1 && !networks.has(null)) return hosts.map(() => LOOPBACK)
  const usable = hosts.map((host) => usableAddresses(host, hosts))
  const common = commonSubnet(hosts, usable) ?? sshAddresses(hosts, usable)
  if (common) return common
  throw new LaunchError(
    `the hosts are on no common network; name one with --iface NAME or --iface 10.0.0.0/24${listed(hosts)}`,
  )
}

function addressOn(host: HostOnNet, iface: string, hosts: readonly HostOnNet[]): string {
  const isWanted = iface.includes('/')
    ? ({ address }: HostAddress) => isWithin(address, iface)
    : (address: HostAddress) => address.iface === iface
  const found = sorted(
    host.facts.addresses.filter(isWanted).filter(({ address }) => !isLinkLocal(address)),
  )[0]
  if (found) return found.address
  throw new LaunchError(`--iface ${iface}: host ${host.hostname} has no such address${listed(hosts)}`)
}

/** What other hosts might reach. */
function usableAddresses(host: HostOnNet, hosts: readonly HostOnNet[]): HostAddress[] {
  // With the same address elsewhere it is a bridge of the host's own, or would lead astray.
  const isElsewhere = (address: string) =>
    hosts.some(
      (other) =>
        (other.facts.network === null || other.facts.network !== host.facts.network) &&
        other !== host &&
        other.facts.addresses.some((theirs) => theirs.address === address),
    )
  return sorted(
    host.facts.addresses.filter(
      ({ iface, address, isInternal }) =>
        !isInternal && !isLinkLocal(address) && !PRIVATE_BRIDGE.test(iface) && !isElsewhere(address),
    ),
  )
}

/** The hosts' addresses on the subnet that all are on and most ssh connections came over. */
function commonSubnet(
  hosts: readonly HostOnNet[],
  usable: readonly (readonly HostAddress[])[],
): string[] | null {
  let best: { score: number; addresses: string[] } | null = null
  for (const { cidr } of usable[0]!) {
    const addresses = usable.map((list, at) => {
      const within = list.filter(({ address }) => isWithin(address, cidr)).map(({ address }) => address)
      const ssh = sshAddress(hosts[at]!, hosts)
      return ssh !== null && within.includes(ssh) ? ssh : within[0]
    })
    if (!addresses.every((address) => address !== undefined)) continue
    const score = addresses.filter((address, at) => address === sshAddress(hosts[at]!, hosts)).length
    if (best === null || score > best.score) best = { score, addresses }
  }
  return best?.addresses ?? null
}

/** Of hosts on different subnets, with routers between them: that ssh came through proves a way. */
function sshAddresses(
  hosts: readonly HostOnNet[],
  usable: readonly (readonly HostAddress[])[],
): string[] | null {
  const addresses = hosts.map((host) => sshAddress(host, hosts))
  const isUsable = (address: string | null, at: number) => usable[at]!.some((own) => own.address === address)
  return addresses.every(isUsable) ? (addresses as string[]) : null
}

/** The host's end of ssh. Where the launcher runs, the ends that the other hosts have seen, if all saw the same. */
function sshAddress(host: HostOnNet, hosts: readonly HostOnNet[]): string | null {
  if (!host.isLauncher) return host.facts.ssh?.server ?? null
  const seen = new Set(hosts.flatMap((other) => (other.isLauncher ? [] : [other.facts.ssh?.client ?? null])))
  return seen.size === 1 ? [...seen][0]! : null
}

/** IPv4 first: what is common and readable wins where both would do. */
function sorted(addresses: readonly HostAddress[]): HostAddress[] {
  return [...addresses].sort((a, b) => Number(isIPv6(a.address)) - Number(isIPv6(b.address)))
}

function isWithin(address: string, cidr: string): boolean {
  const slash = cidr.indexOf('/')
  const network = cidr.slice(0, slash)
  if (isIPv6(network) !== isIPv6(address)) return false
  const family = isIPv6(network) ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  list.addSubnet(network, Number(cidr.slice(slash + 1)), family)
  return list.check(address, family)
}

/** Good only together with the name of an interface, which differs from host to host. */
function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address)
}

/** What each host has to offer, one line each. */
function listed(hosts: readonly HostOnNet[]): string {
  return hosts
    .map(({ hostname, facts }) => {
      const all = facts.addresses.filter(({ isInternal }) => !isInternal)
      const shown = all.slice(0, SHOWN_ADDRESSES).map(({ iface, cidr }) => `${iface} ${cidr}`)
      if (all.length > shown.length) shown.push(`and ${all.length - shown.length} more`)
      return `\n  host ${hostname}: ${shown.length === 0 ? 'none but loopback' : shown.join(', ')}`
    })
    .join('')
}
