/** What a rank knows of one other rank: the way to it, and what has come from it. */

import { BootstrapError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import type { Outbox } from './outbox.ts'

export class Peer {
  readonly rank: number
  readonly outbox: Outbox
  /** Ours to it; kept here because zeromq closes a socket that nobody references. */
  connection: Connection | null = null
  /** Whether somebody is seeing to the connection already. */
  connecting = false
  /** It is going, but what it sent before may still be on its way; null as long as it is well. */
  leaving: string | null = null
  gone = false
  /** Whether its connection to us stands: while it does, its end will be told by ROUTER_NOTIFY. */
  inbound = false
  /** Whether its hello has come; `stranger`: it belongs to another job and is not listened to. */
  greeted = false
  stranger = false
  #tell: (card: string) => void = () => {}
  readonly #told = new Promise<string>((resolve) => {
    this.#tell = resolve
  })
  #card: string | null = null
  #sequence = 0

  constructor(rank: number, outbox: Outbox) {
    this.rank = rank
    this.outbox = outbox
  }

  /** Its address, whoever tells it first: the launcher through `lookup`, or itself in its hello. */
  async card(lookup: (rank: number) => Promise<string>): Promise<string> {
    return this.#card ?? Promise.race([this.#told, lookup(this.rank)])
  }

  tellCard(card: string): void {
    this.#card = card
    this.#tell(card)
  }

  /** Every message from a peer carries the next number; anything else means that one has been lost. */
  checkSequence(sequence: number): void {
    if (sequence !== this.#sequence) {
      throw new BootstrapError(
        `the connection from rank ${this.rank} lost a message: number ${sequence} came where ` +
          `${this.#sequence} was due. What is missing cannot be known, so the job cannot go on`,
      )
    }
    this.#sequence = (sequence + 1) >>> 0
  }

  disconnect(lingerMs: number): void {
    this.connection?.close(lingerMs)
    this.connection = null
  }
}
