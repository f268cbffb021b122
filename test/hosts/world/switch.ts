/** The network of the hosts: a bridge in a network namespace of its own, far from the machine's own network. */

import { Space } from './space.ts'

/** The address of host `index` on network `number`. As far as the hosts know, there are no other networks. */
export function addressOf(index: number, number = 0): string {
  return `10.83.${number}.${index + 1}`
}

export class Switch {
  readonly #space: Space
  readonly #number: number

  private constructor(space: Space, number: number) {
    this.#space = space
    this.#number = number
  }

  static async open(number: number): Promise<Switch> {
    const space = await Space.network()
    space.network('ip', 'link', 'add', 'bridge', 'type', 'bridge', 'stp_state', '0')
    space.network('ip', 'link', 'set', 'bridge', 'up')
    return new Switch(space, number)
  }

  /** Runs a cable from port `index` to `host` and gives its end there, eth0 or eth1, an address; resolves when it carries packets. */
  async connect(index: number, host: Space): Promise<void> {
    const port = portOf(index)
    const end = `eth${this.#number}`
    const cable = ['type', 'veth', 'peer', 'name', end, 'netns', String(host.pid)]
    this.#space.network('ip', 'link', 'add', port, ...cable)
    this.#space.network('ip', 'link', 'set', port, 'up')
    host.network('ip', 'addr', 'add', `${addressOf(index, this.#number)}/24`, 'dev', end)
    host.network('ip', 'link', 'set', end, 'up')
    this.plug(index)
    await Promise.all([isUp(this.#space, portOf(index)), isUp(host, end)])
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

/**
 * The kernel takes its time, up to a second, to begin with a new link. Until then it drops every packet, and who
 * connects through it tries again only after another second.
 */
async function isUp(space: Space, device: string): Promise<void> {
  while (!space.network('ip', 'link', 'show', device).includes('state UP')) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function portOf(index: number): string {
  return `port${index}`
}
