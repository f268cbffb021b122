import type { Where } from '../../../errors.ts'
import { Block } from '../../../wire/block.ts'
import { decodeItem, encodeItem } from '../../../wire/codec.ts'
import type { Op } from '../../op.ts'
import type { Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'

/** An item serialised, or as a value, or both: made of each other when first needed. */
export class Item {
  #bytes: Uint8Array | null
  #value: unknown
  #hasValue: boolean

  private constructor(bytes: Uint8Array | null, value: unknown) {
    this.#bytes = bytes
    this.#value = value
    this.#hasValue = bytes === null
  }

  static ofBytes(bytes: Uint8Array): Item {
    return new Item(bytes, undefined)
  }

  static ofValue(value: unknown): Item {
    return new Item(null, value)
  }

  bytes(where: Where): Uint8Array {
    this.#bytes ??= encodeItem(this.#value, where)
    return this.#bytes
  }

  value(): unknown {
    if (!this.#hasValue) this.#value = decodeItem(this.#bytes!)
    this.#hasValue = true
    return this.#value
  }
}

/**
 * Partials are items: bigints, booleans, `{ value, index }`, or whatever a user function takes.
 *
 * An operand is always a clone, this rank's own too, so a function that returns an operand, or keeps it,
 * holds nothing of the program's.
 */
export class ItemsCarrier implements Carrier<Item> {
  readonly #op: Op
  readonly #where: Where

  constructor(op: Op, where: Where) {
    this.#op = op
    this.#where = where
  }

  send(endpoint: Endpoint, partial: Item, dest: number): Promise<void> {
    return endpoint.send(Block.item(this.bytes(partial)), dest)
  }

  bytes(partial: Item): Uint8Array {
    return partial.bytes(this.#where)
  }

  async receive(endpoint: Endpoint, source: number): Promise<Item> {
    return Item.ofBytes((await endpoint.recv(source)).bytes())
  }

  combine(low: Item, high: Item): Item {
    return Item.ofValue(this.#op.combineValues(low.value(), high.value()))
  }

  scratch(): Item {
    return Item.ofValue(undefined)
  }

  release(): void {}

  finish(partial: Item): unknown {
    return partial.value()
  }
}
