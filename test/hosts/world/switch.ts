/** The network of the hosts: a bridge in a network namespace of its own, far from the machine's own network. */

import { Space } from './space.ts'

/** As far as the hosts know, there is no other network. */
const SUBNET = '10.83.7'

export function addressOf(index: number): string {
  return `${SUBNET}.${index + 1}`
}

export class Switch {
  readonly #space: Space

  private constructor(space: Space) {
    this.#space = space
  }

  static async open(): Promise<Switch> {
    const space = await Space.network()
    space.network('ip', 'link', 'add', 'bridge', 'type', 'bridge', 'stp_state', '0')
    space.network('ip', 'link', 'set', 'bridge', 'up')
    return new Switch(space)
  }

  /** Runs a cable from port `index` to `host` and gives its end there, eth0, an address. */
  connect(index: number, host: Space): void {
    const port = portOf(index)
    const cable = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', String(host.pid)]
    this.#space.network('ip', 'link', 'add', port, ...cable)
    this.#space.network('ip', 'link', 'set', port, 'up')
    host.network('ip', 'addr', 'add', `${addressOf(index)}/24`, 'dev', 'eth0')
    host.network('ip', 'link', 'set', 'eth0', 'up')
    this.plug(index)
  }

  /** From now on nothing comes through, and neither end is told: its own link stays up. */
  unplug(index: number): void {
    this.#space.network('ip', 'link', 'set', portOf(index), 'nomaster')
  }

  plug(index: number): void {
    this.#space.network('ip', 'link', 'set', portOf(index), 'master', 'bridge')
  }

  close(): Promise<void> {
    return this.#space.close()
  }
}

function portOf(index: number): string {
  return `port${index}`
}
