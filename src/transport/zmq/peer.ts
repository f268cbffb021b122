/** What a rank knows of one other rank: the way to it, and what has come from it. */

import { BootstrapError } from '../../errors.ts'
import { type Card, readCard } from './card.ts'
import type { Connection } from './connection.ts'
import type { Outbox } from './outbox.ts'

export class Peer {
  readonly rank: number
  readonly outbox: Outbox
  /** It is on another host, and reached over tcp. */
  readonly isFar: boolean
  /** The routing id under which it connects to us. */
  readonly id: Uint8Array
  /** Ours to it; kept here because zeromq closes a socket that nobody references. */
  connection: Connection | null = null
  /** Whether somebody is seeing to the connection already. */
  connecting = false
  /** It is going, but what it sent before may still be on its way; null as long as it is well. */
  leaving: string | null = null
  gone = false
  /** Whether the reason of its going needs no further search, or is being searched for. */
  reason: 'open' | 'sought' | 'known' = 'open'
  /** Whether its connection to us stands: while it does, its end will be told by ROUTER_NOTIFY. */
  inbound = false
  /** Whether its hello has come; `stranger`: it belongs to another job and is not listened to. */
  greeted = false
  stranger = false
  #tell: (card: string) => void = () => {}
  readonly #told = new Promise<string>((resolve) => {
    this.#tell = resolve
  })
  #card: Card | null = null
  #sequence = 0

  constructor(rank: number, id: string, isFar: boolean, outbox: Outbox) {
    this.rank = rank
    this.id = Buffer.from(id)
    this.isFar = isFar
    this.outbox = outbox
    if (!isFar) this.reason = 'known'
  }

  /** Its address, whoever tells it first: the launcher through `lookup`, or itself in its hello. */
  async card(lookup: (rank: number) => Promise<string>): Promise<Card> {
    if (this.#card === null) this.tellCard(await Promise.race([this.#told, lookup(this.rank)]))
    return this.#card!
  }

  tellCard(card: string): void {
    this.#card = readCard(card, this.rank)
    this.#tell(card)
  }

  /** Where it listens for us, once that is known. */
  get endpoint(): string | undefined {
    return this.isFar ? this.#card?.tcp : this.#card?.endpoint
  }

  /** As messages call it: with its host and address if it is on another one. */
  get title(): string {
    const rank = `rank ${this.rank}`
    if (!this.isFar) return rank
    const { host, tcp } = this.#card ?? {}
    const where = [host && `host ${host}`, tcp?.slice('tcp://'.length)].filter(Boolean)
    return where.length === 0 ? rank : `${rank} (${where.join(', ')})`
  }

  /** Whether a message under this routing id comes from this peer. */
  isCalled(id: Uint8Array): boolean {
    if (id.length !== this.id.length) return false
    for (let i = 0; i < id.length; i++) if (id[i] !== this.id[i]) return false
    return true
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
