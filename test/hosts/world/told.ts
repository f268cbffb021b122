/** Listens between tsrun and its agents, and so learns the secret of a job: for tests of what happens to it. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from './world.ts'

export interface Told {
  /** To be given to tsrun in place of ssh. */
  readonly rsh: string
  /** Of the job that has been started with it. */
  secret(): string
}

let count = 0

export function listenToTsrun(world: World): Told {
  const told = join(world.folder, `told-${++count}`)
  const rsh = join(world.folder, `rsh-${count}`)
  writeFileSync(rsh, `#!/bin/sh\ntee -a ${told} | ${world.rsh} "$@"\n`, { mode: 0o755 })
  return { rsh, secret: () => /[0-9a-f]{64}/.exec(readFileSync(told, 'latin1'))![0] }
}
