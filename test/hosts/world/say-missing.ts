/** Says before the tests what this machine lacks for them, and what is therefore not tested. */

import { missingForHosts, missingForSlurm } from './needs.ts'

export default function sayMissing(): void {
  const hosts = missingForHosts()
  const slurm = missingForSlurm()
  if (hosts.length > 0) say('any job on several hosts', hosts)
  else if (slurm.length > 0) say('jobs inside Slurm', slurm)
}

function say(what: string, missing: readonly string[]): void {
  process.stderr.write(`NOT TESTED: ${what}; this machine has no ${missing.join(', no ')}\n`)
}
