/** What listens on a host of a test. */

import type { Host } from './host.ts'

/** `address:port` of everything that listens, but sshd. */
export function listenersOn(host: Host): string[] {
  return host
    .network('ss', '-tlnH')
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[3] ?? '')
    .filter((address) => address !== '' && !address.endsWith(':2222'))
}
