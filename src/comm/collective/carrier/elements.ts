import { Block } from '../../../wire/block.ts'
import { allocate, type Raw } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import type { Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'

/** Partials are typed arrays, combined element by element; their memory is used again and again. */
export class ElementsCarrier implements Carrier<Block> {
  readonly #op: Op
  readonly #type: number
  readonly #count: number
  readonly #into: Raw | undefined
  /** All memory that this carrier may write to, and the part of it that nobody uses now. */
  readonly #ours = new Set<Block>()
  readonly #free: Block[] = []

  /**
   * For partials of `count` elements. The result goes to `into`, if given, which serves as memory for
   * partials before, unless it is the input (`inPlace`).
   */
  constructor(op: Op, type: number, count: number, into: Raw | undefined, inPlace: boolean) {
    this.#op = op
    this.#type = type
    this.#count = count
    this.#into = into
    if (into !== undefined && !inPlace) this.#add(into)
  }

  send(endpoint: Endpoint, partial: Block, dest: number): Promise<void> {
    return endpoint.send(partial, dest)
  }

  async receive(endpoint: Endpoint, source: number): Promise<Block> {
    const partial = this.scratch()
    await endpoint.recvInto(partial, source)
    return partial
  }

  combine(low: Block, high: Block, out: Block): Block {
    this.#op.combineArrays(low.array(), high.array(), out.array())
    return out
  }

  scratch(): Block {
    if (this.#free.length === 0) this.#add(allocate(this.#type, this.#count))
    return this.#free.pop()!
  }

  release(partial: Block): void {
    if (this.#ours.has(partial)) this.#free.push(partial)
  }

  finish(partial: Block): Raw {
    if (this.#into === undefined && this.#ours.has(partial)) return partial.array()
    const result = this.#into ?? allocate(this.#type, this.#count)
    const block = Block.of(result)
    if (!block.sameMemory(partial)) block.set(partial)
    return result
  }

  #add(array: Raw): void {
    const block = Block.of(array)
    this.#ours.add(block)
    this.#free.push(block)
  }
}
