/** "Hosts" that are all this machine: tsrun reaches them by a script instead of ssh. */

import { join } from 'node:path'
import { ROOT } from './tsrun.ts'

/** The value of --rsh. `how`: see the script. */
export function rsh(how = 'here'): string {
  return `sh '${join(ROOT, 'test/fixtures/rsh/rsh.sh')}' ${how}`
}

/** Options for two ranks on each of two hosts. */
export function twoHosts(how?: string): string[] {
  return ['-n', '4', '-H', 'hostA:2,hostB:2', '--rsh', rsh(how)]
}
