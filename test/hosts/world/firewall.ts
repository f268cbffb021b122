/** A firewall of a host, made of routing rules: no package is needed for it. */

import type { Host } from './host.ts'

/**
 * From now on packets from `address` to these ports of `host` vanish, as in most firewalls. What the host sends is
 * not hindered, nor are the answers to it.
 */
export function dropIncoming(host: Host, address: string, ports: string): void {
  // The rule that finds the host's own addresses comes first of all; nothing can stand before it.
  host.network('ip', 'rule', 'add', 'pref', '100', 'lookup', 'local')
  host.network('ip', 'rule', 'del', 'pref', '0')
  const packets = ['from', address, 'iif', 'eth0', 'ipproto', 'tcp', 'dport', ports]
  host.network('ip', 'rule', 'add', 'pref', '10', ...packets, 'blackhole')
}
