/** The ranks on a host of a test. */

import type { Host } from './host.ts'

/** Their pids, as the test knows them. */
export function ranksOn(host: Host): number[] {
  return host.processes().flatMap(({ pid, command }) => (command.includes('/boot.js ') ? [pid] : []))
}
