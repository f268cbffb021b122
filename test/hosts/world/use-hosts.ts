/** Gives the tests of a `describe` their hosts, and checks after each of them that no host has anything left of a job. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest'
import type { Result } from '../../helpers/tsrun.ts'
import { HostRun, type HostRunOptions } from './host-run.ts'
import type { Process } from './processes.ts'
import { makeHosts, type World } from './world.ts'

export interface Hosts {
  readonly world: World
  /** Starts tsrun on the front host, for ranks on h1, h2, … */
  start(args: readonly string[], options?: HostRunOptions): HostRun
  /** The same, to its end. */
  tsrun(args: readonly string[], options?: HostRunOptions): Promise<Result>
}

/** `all`: the tests share their hosts; `each`: every test has new ones, and may break them. */
export function useHosts(size: number, scope: 'all' | 'each' = 'all', networkCount = 1): Hosts {
  let world: World | undefined
  const open = async (): Promise<void> => {
    world = await makeHosts(size, networkCount)
  }
  const close = async (): Promise<void> => {
    await world?.close()
    world = undefined
  }
  const check = async (): Promise<void> => {
    const left = await remains(world!)
    // The next test shall not find it.
    if (left.length > 0 && scope === 'all') await close().then(open)
    expect(left.slice(0, 30), 'left on the hosts').toEqual([])
  }
  if (scope === 'all') {
    beforeAll(open)
    afterEach(check)
    afterAll(close)
  } else {
    beforeEach(open)
    afterEach(() => check().finally(close))
  }
  const start: Hosts['start'] = (args, options) => new HostRun(world!, args, options)
  return {
    get world() {
      return world!
    },
    start,
    tsrun: (args, options) => start(args, options).ended,
  }
}

/** What is left on hosts that are still there, when nothing changes any more or a second has passed. */
export async function remains(world: World): Promise<string[]> {
  const deadlineMs = performance.now() + 1000
  for (;;) {
    const left = world.all.flatMap((host) => [
      ...host.processes().map((one: Process) => `${host.name}: ${one.pid} ${one.command}`),
      ...host.files().map((file) => `${host.name}: ${file}`),
    ])
    if (left.length === 0 || performance.now() > deadlineMs) return left
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A `describe` for machines that have what it needs; elsewhere its tests are skipped, and say-missing.ts says why. */
export function describeWith(missing: readonly string[], title: string, tests: () => void): void {
  describe.skipIf(missing.length > 0)(title, tests)
}
