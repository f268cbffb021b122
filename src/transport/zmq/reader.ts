/** What a message from a peer means: its hello first, then acknowledgements and frames. */

import { BootstrapError } from '../../errors.ts'
import { Frame } from '../../wire/frame.ts'
import { readHello } from './card.ts'
import type { JobKeys } from './job-keys.ts'
import type { Peer } from './peer.ts'
import { type Head, MessageFlag, MessageKind, readHead, readRecords } from './wire.ts'

export interface ReaderEvents {
  frame(peer: Peer, frame: Frame, body: Uint8Array): void
  /** `peer` has introduced itself. */
  greeted(peer: Peer): void
  /** Somebody under the name of `peer` could not prove to belong to the job. */
  stranger(peer: Peer): void
}

export class Reader {
  readonly #rank: number
  readonly #jobId: string
  readonly #keys: JobKeys | null
  readonly #events: ReaderEvents
  readonly #frame = new Frame()
  readonly #head: Head = { kind: 0, flags: 0, sequence: 0, taken: 0, takenFrames: 0 }

  constructor(rank: number, jobId: string, keys: JobKeys | null, events: ReaderEvents) {
    this.#rank = rank
    this.#jobId = jobId
    this.#keys = keys
    this.#events = events
  }

  read(peer: Peer, first: Uint8Array, second: Uint8Array | undefined): void {
    if (peer.stranger) return
    const view = new DataView(first.buffer, first.byteOffset, first.byteLength)
    const head = this.#head
    if (!peer.greeted) {
      this.#readHello(peer, first, view)
      return
    }
    readHead(head, view)
    peer.checkSequence(head.sequence)
    const now = (head.flags & MessageFlag.ACK_NOW) !== 0
    const { outbox } = peer
    outbox.acknowledged(head.taken, head.takenFrames)
    readRecords(view, second, this.#frame, (body, bytes) => {
      // Counted first: an answer sent from inside onFrame can then say so.
      outbox.took(bytes)
      this.#events.frame(peer, this.#frame, body)
    })
    outbox.tell(now)
  }

  #readHello(peer: Peer, message: Uint8Array, view: DataView): void {
    let hello = readHello(message)
    if (this.#keys !== null && !this.#keys.isProof(hello?.proof, peer.rank, this.#rank)) {
      peer.stranger = true
      this.#events.stranger(peer)
      return
    }
    readHead(this.#head, view)
    if (this.#head.kind !== MessageKind.HELLO) hello = null
    if (hello !== null && hello.job !== this.#jobId) {
      // Its own rank died and we were given the address. The launcher of that job will see to it.
      peer.stranger = true
      return
    }
    if (hello?.rank !== peer.rank) {
      throw new BootstrapError(
        `rank ${this.#rank} was greeted in a way it does not understand by rank ${peer.rank}; ` +
          'all ranks must run the same version of tsmpi',
      )
    }
    peer.checkSequence(this.#head.sequence)
    peer.greeted = true
    peer.tellCard(hello.card)
    this.#events.greeted(peer)
  }
}
