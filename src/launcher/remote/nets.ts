/** How the ranks of each host reach those of the others. */

import { randomBytes } from 'node:crypto'
import type { Net } from '../../bootstrap/environment.ts'
import type { Plan } from '../arguments.ts'
import { chooseAddresses } from './addresses.ts'
import type { GatheredHost } from './gather.ts'

const SECRET_BYTES = 32

/** By number of the host; null where there is only one. Throws if there is no way between them. */
export function netsOf(
  hosts: readonly GatheredHost[],
  { iface, ports, encrypted }: Pick<Plan, 'iface' | 'ports' | 'encrypted'>,
): readonly Net[] | null {
  if (hosts.length < 2) return null
  const secret = randomBytes(SECRET_BYTES).toString('hex')
  const onNet = hosts.map(({ hostname, facts, connection }) => {
    return { hostname, facts, isLauncher: connection === null }
  })
  return chooseAddresses(onNet, iface).map((address) => ({ address, ports, secret, encrypted }))
}

/** For somebody who asks. */
export function describeNets(hosts: readonly GatheredHost[], nets: readonly Net[]): string {
  const addresses = hosts.map(({ hostname }, node) => `${hostname} at ${nets[node]!.address}`)
  const how = nets[0]!.encrypted ? 'encrypted' : 'not encrypted'
  return `between hosts messages go through ZeroMQ over tcp, ${how}: ${addresses.join(', ')}`
}
