/** tsrun on the front host. */

import { join } from 'node:path'
import { Run, type RunOptions } from '../../helpers/tsrun.ts'
import type { Host } from './host.ts'
import { childOf, onlyChildOf } from './processes.ts'
import type { World } from './world.ts'

export interface HostRunOptions extends Omit<RunOptions, 'cwd'> {
  /** Where it runs; the front host if nothing else is said. */
  readonly on?: Host
  /** A folder that all hosts see, if nothing else is said. */
  readonly cwd?: string
}

export class HostRun extends Run {
  constructor(world: World, args: readonly string[], options: HostRunOptions = {}) {
    const { on = world.front, cwd = world.folder, through = [], env, ...rest } = options
    super(args, {
      ...rest,
      through: [...on.enter(cwd), ...through],
      env: { TMPDIR: '/tmp', HOME: join(world.folder, 'home'), ...env },
    })
  }

  /** Of tsrun itself, by the number that it has outside its host. */
  get pid(): number {
    return onlyChildOf(this.child.pid!)
  }

  override kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  /**
   * SIGKILL, as soon as tsrun is there. Killing nsenter in its place would sometimes be too late: it may have started
   * a tsrun in that moment, which then nobody ends.
   */
  async killOnceThere(): Promise<void> {
    const isOver = (): boolean => this.child.exitCode !== null || this.child.signalCode !== null
    while (childOf(this.child.pid!) === undefined && !isOver()) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.kill('SIGKILL')
  }
}
