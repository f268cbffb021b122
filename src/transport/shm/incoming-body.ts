/** A body that comes in several records, put together again. */

export class IncomingBody {
  #bytes = new Uint8Array(0)

  /** Adds the piece that belongs at `offset`. The whole body if this was its last piece, valid until the next one. */
  add(piece: Uint8Array, offset: number, total: number): Uint8Array | null {
    if (offset === 0 && this.#bytes.length < total) this.#bytes = new Uint8Array(total)
    this.#bytes.set(piece, offset)
    return offset + piece.length < total ? null : this.#bytes.subarray(0, total)
  }
}
