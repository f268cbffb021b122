/**
 * One DEALER and what its monitor says.
 *
 * The monitor is never closed from our side: libzmq reports every event of the socket, its end included,
 * with a send that waits for a reader, and with the reader gone its I/O thread waits for ever, and all
 * connections of this process with it. Nor is it read all the time: a pending read cannot be unreferenced
 * and would keep the process alive. So it is read until the connection stands or has failed, and again, to
 * the end, once the socket is closed.
 */

import type { Wire } from './outbox.ts'
import type { Dealer } from './sockets.ts'

/**
 * `unreached`: nobody listens there, or nothing answers; `unadmitted`: somebody does, and has not let us in;
 * `closed`: we have closed it meanwhile.
 */
export type Outcome = 'stands' | 'unreached' | 'unadmitted' | 'closed'

export class Connection implements Wire {
  readonly #dealer: Dealer
  readonly #monitor: Dealer['events']
  #reading = false
  #closed = false

  constructor(dealer: Dealer) {
    this.#dealer = dealer
    this.#monitor = dealer.events
  }

  /** Resolves when the other side has admitted us, or it is clear that it will not. */
  async connect(endpoint: string): Promise<Outcome> {
    this.#dealer.connect(endpoint)
    let isConnected = false
    for (;;) {
      const type = await this.#nextEvent()
      if (type === 'handshake') return 'stands'
      if (this.#closed) return 'closed'
      if (type === 'connect') isConnected = true
      else if (type === 'close' || type === 'disconnect' || type.startsWith('handshake:error'))
        return isConnected ? 'unadmitted' : 'unreached'
    }
  }

  send(parts: Uint8Array | Uint8Array[]): Promise<void> {
    try {
      return this.#dealer.send(parts as Uint8Array)
    } catch (error) {
      // It has been closed.
      return Promise.reject(error)
    }
  }

  /**
   * Whether the connection still stands, as far as is known. Asking is allowed here although it can eat a
   * wake-up: no operation of this socket is ever pending.
   */
  get stands(): boolean {
    return this.#dealer.writable
  }

  /** @param lingerMs how long what has been sent may take to leave */
  close(lingerMs: number): void {
    if (this.#closed) return
    this.#closed = true
    this.#dealer.linger = lingerMs
    this.#dealer.close()
    if (!this.#reading) void this.#readToEnd()
  }

  async #nextEvent(): Promise<string> {
    this.#reading = true
    const { type } = await this.#monitor.receive()
    this.#reading = false
    if (this.#closed && type !== 'end') void this.#readToEnd()
    return type
  }

  async #readToEnd(): Promise<void> {
    while (!this.#monitor.closed && (await this.#monitor.receive()).type !== 'end');
  }
}
