/** What the machine says about itself, for the choice of hosts. */

import { readFileSync } from 'node:fs'
import { availableParallelism, hostname, networkInterfaces, userInfo } from 'node:os'
import type { Surroundings } from './hosts-of.ts'

export function readSurroundings(): Surroundings {
  return {
    env: process.env,
    cwd: process.cwd(),
    cpus: availableParallelism(),
    readFile: (path) => readFileSync(path, 'utf8'),
    hostname: hostname(),
    addresses: Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
    user: ownName(),
    nodeName: process.env.SLURMD_NODENAME ?? null,
  }
}

/** In a container, the user may be a number that has no name. */
function ownName(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? ''
  }
}
