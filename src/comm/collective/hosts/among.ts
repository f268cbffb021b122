import type { Block } from '../../../wire/block.ts'
import type { Endpoint } from '../endpoint.ts'

/** Some ranks of an endpoint, numbered from 0 in the order given; this rank is one of them. */
export class Among implements Endpoint {
  readonly rank: number
  readonly size: number
  readonly #all: Endpoint
  readonly #ranks: readonly number[]

  constructor(all: Endpoint, ranks: readonly number[]) {
    this.#all = all
    this.#ranks = ranks
    this.rank = ranks.indexOf(all.rank)
    this.size = ranks.length
  }

  send(block: Block, dest: number): Promise<void> {
    return this.#all.send(block, this.#ranks[dest]!)
  }

  recvInto(block: Block, source: number): Promise<void> {
    return this.#all.recvInto(block, this.#ranks[source]!)
  }

  recv(source: number): Promise<Block> {
    return this.#all.recv(this.#ranks[source]!)
  }
}
