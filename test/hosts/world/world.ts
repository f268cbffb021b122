/**
 * Hosts for a test: a front host, where tsrun is started, and `size` others, each with a network, a hostname,
 * process numbers, /tmp, /dev/shm and an sshd of its own, all connected to the same switches.
 *
 * Nothing of it has a name that another run could have too, and all of it ends with the test's process.
 */

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { Host } from './host.ts'
import { HOST_SCRIPT } from './host-script.ts'
import { pathOf } from './needs.ts'
import type { Process } from './processes.ts'
import { sshConfigIn, writeSsh, wrongKeyConfigIn } from './ssh.ts'
import { addressOf, Switch } from './switch.ts'

const FOLDERS = '/var/tmp'
const PREFIX = 'tsmpi-hosts-'

export class World {
  /** Where users sit. */
  readonly front: Host
  /** h1, h2, … */
  readonly hosts: readonly Host[]
  /** All hosts see it: it stands for a file server. /tmp would not do, since every host has its own. */
  readonly folder: string
  readonly #networks: readonly Switch[]

  constructor(front: Host, hosts: readonly Host[], folder: string, networks: readonly Switch[]) {
    this.front = front
    this.hosts = hosts
    this.folder = folder
    this.#networks = networks
  }

  /** The command that stands for ssh between these hosts. */
  get rsh(): string {
    return `ssh -F ${sshConfigIn(this.folder)}`
  }

  /** The same with a key that opens no door. */
  get rshWithWrongKey(): string {
    return `ssh -F ${wrongKeyConfigIn(this.folder)}`
  }

  get all(): readonly Host[] {
    return [this.front, ...this.hosts]
  }

  /** Ends everything; gives what was still there of jobs. */
  async close(): Promise<Process[]> {
    const left = this.all.flatMap((host) => host.processes())
    await Promise.all(this.all.map((host) => host.close()))
    await Promise.all(this.#networks.map((network) => network.close()))
    rmSync(this.folder, { recursive: true })
    return left
  }
}

/** With two networks each host has eth0 and eth1; names stand for addresses of the first. */
export async function makeHosts(size: number, networkCount = 1): Promise<World> {
  sweep()
  const folder = mkdtempSync(`${FOLDERS}/${PREFIX}${process.pid}-`)
  const names = ['front', ...Array.from({ length: size }, (_, i) => `h${i + 1}`)]
  const addressed = names.map((name, index) => ({ name, address: addressOf(index) }))
  writeSsh(folder, addressed)
  const numbers = Array.from({ length: networkCount }, (_, number) => number)
  const networks = await Promise.all(numbers.map((number) => Switch.open(number)))
  const hosts = await Promise.all(
    addressed.map(({ name, address }, index) =>
      Host.open({
        name,
        address,
        index,
        networks,
        command: ['sh', '-c', HOST_SCRIPT, name, folder, pathOf('sshd')!, process.cwd()],
      }),
    ),
  )
  return new World(hosts[0]!, hosts.slice(1), folder, networks)
}

/** A run that was killed could not remove its folder; the number in its name is that of its process. */
function sweep(): void {
  for (const name of readdirSync(FOLDERS)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) {
      rmSync(`${FOLDERS}/${name}`, { recursive: true, force: true })
    }
  }
}
