/** One host of a test. */

import { readdirSync } from 'node:fs'
import type { Process } from './processes.ts'
import { Space } from './space.ts'
import type { Switch } from './switch.ts'

export interface HostOptions {
  readonly name: string
  readonly address: string
  /** Which port of the switches it has; 0 is the front host. */
  readonly index: number
  readonly networks: readonly Switch[]
  /** Of its first process. */
  readonly command: readonly string[]
}

export class Host {
  readonly name: string
  readonly address: string
  readonly #index: number
  readonly #networks: readonly Switch[]
  readonly #space: Space
  /** What has to be there without any job. */
  readonly #own = new Set<number>()
  /** Such as the one with the checkout, if that is below /tmp. */
  readonly #ownFolders = new Set<string>()

  private constructor(options: HostOptions, space: Space) {
    this.name = options.name
    this.address = options.address
    this.#index = options.index
    this.#networks = options.networks
    this.#space = space
    this.keepAll()
    for (const name of readdirSync(`/proc/${this.pid}/root/tmp`)) this.#ownFolders.add(`/tmp/${name}`)
  }

  static async open(options: HostOptions): Promise<Host> {
    const space = await Space.machine(options.command, (line) =>
      line.startsWith('Server listening on 0.0.0.0'),
    )
    for (const network of options.networks) await network.connect(options.index, space)
    return new Host(options, space)
  }

  /** Of its first process. */
  get pid(): number {
    return this.#space.pid
  }

  /** What has to stand in front of a command to have it run here, in `folder`. */
  enter(folder: string): string[] {
    return this.#space.enter(folder)
  }

  /** Runs a command of the network's, such as `ss`, here. */
  network(...command: readonly string[]): string {
    return this.#space.network(...command)
  }

  /** Everybody here but the host's own daemons. */
  processes(): Process[] {
    return this.#space.processes().filter(({ pid }) => !this.#own.has(pid))
  }

  /** Takes everything that runs now for the host's own. */
  keepAll(): void {
    for (const { pid } of this.#space.processes()) this.#own.add(pid)
  }

  /** Files in the folders that are this host's alone. */
  files(): string[] {
    return ['/tmp', '/dev/shm'].flatMap((folder) => this.#within(folder))
  }

  /** Follows no links. What goes while it is looked for is not there. */
  #within(folder: string): string[] {
    try {
      const entries = readdirSync(`/proc/${this.pid}/root${folder}`, { withFileTypes: true })
      return entries.flatMap((entry) => {
        const path = `${folder}/${entry.name}`
        if (this.#ownFolders.has(path)) return []
        return entry.isDirectory() ? [path, ...this.#within(path)] : [path]
      })
    } catch {
      return []
    }
  }

  /** From now on no packet leaves or reaches this host, and nobody is told. */
  cut(): void {
    for (const network of this.#networks) network.unplug(this.#index)
  }

  restore(): void {
    for (const network of this.#networks) network.plug(this.#index)
  }

  /** All processes of this host end at once; the others are told, as the kernel closes its connections. */
  kill(): Promise<void> {
    return this.#space.close()
  }

  close(): Promise<void> {
    return this.#space.close()
  }
}
