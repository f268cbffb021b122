/** Says before the tests what this machine lacks for them, and what is therefore not tested. */

import { missingForHosts, missingForLoss, missingForSlowness, missingForSlurm } from './needs.ts'

export default function sayMissing(): void {
  const hosts = missingForHosts()
  if (hosts.length > 0) {
    say('any job on several hosts', hosts)
    return
  }
  say('jobs inside Slurm', missingForSlurm())
  say('jobs over a slow network', missingForSlowness())
  say('jobs over a network of long ways and lost packets', missingForLoss())
}

function say(what: string, missing: readonly string[]): void {
  if (missing.length === 0) return
  process.stderr.write(`NOT TESTED: ${what}; this machine has no ${missing.join(', no ')}\n`)
}
