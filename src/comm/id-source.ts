/** Names for sends and receives while frames refer to them: 32 bits, never 0. */

export class IdSource {
  #last = 0

  next(): number {
    this.#last = this.#last === 0xffff_ffff ? 1 : this.#last + 1
    return this.#last
  }
}
