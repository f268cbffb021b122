/**
 * Watches connections that stand but have not been answered yet.
 *
 * An answered connection tells its own end: the peer has connected back, and ROUTER_NOTIFY says when it
 * goes. Before that, somebody has to look.
 */

import type { Peer } from './peer.ts'

const LOOK_EVERY_MS = 20

export class Doorstep {
  readonly #lost: (peer: Peer) => void
  readonly #peers = new Set<Peer>()
  #timer: NodeJS.Timeout | null = null

  constructor(lost: (peer: Peer) => void) {
    this.#lost = lost
  }

  /** Calls `lost` if the connection to `peer` breaks before `peer` has connected back. */
  watch(peer: Peer): void {
    this.#peers.add(peer)
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
  }

  close(): void {
    this.#peers.clear()
    this.#rest()
  }

  #look(): void {
    for (const peer of this.#peers) {
      const waiting = !peer.greeted && peer.connection !== null
      const well = waiting && peer.connection!.stands
      if (well) continue
      this.#peers.delete(peer)
      if (waiting) this.#lost(peer)
    }
    if (this.#peers.size === 0) this.#rest()
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }
}
