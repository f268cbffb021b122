import { OpError } from '../../../errors.ts'
import { Block } from '../../../wire/block.ts'
import { allocate, isRaw, type Raw, typeName, typeOf } from '../../../wire/datatype.ts'
import { describe } from '../../op/domain.ts'
import type { Op } from '../../op.ts'
import type { Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'

/**
 * Partials are typed arrays that a user function combines as wholes.
 *
 * The function may keep what it was given and return what it was given, so no partial is ever written to.
 */
export class WholeArraysCarrier implements Carrier<Raw> {
  readonly #op: Op
  readonly #type: number
  readonly #count: number
  readonly #into: Raw | undefined

  constructor(op: Op, type: number, count: number, into: Raw | undefined) {
    this.#op = op
    this.#type = type
    this.#count = count
    this.#into = into
  }

  /** A copy of the input for the function, which may return it, and which the program may overwrite later. */
  own(input: Block): Raw {
    const copy = allocate(this.#type, this.#count)
    Block.of(copy).set(input)
    return copy
  }

  send(endpoint: Endpoint, partial: Raw, dest: number): Promise<void> {
    return endpoint.send(Block.of(partial), dest)
  }

  async receive(endpoint: Endpoint, source: number): Promise<Raw> {
    const partial = allocate(this.#type, this.#count)
    await endpoint.recvInto(Block.of(partial), source)
    return partial
  }

  combine(low: Raw, high: Raw): Raw {
    const result = this.#op.combineValues(low, high)
    if (isRaw(result) && typeOf(result) === this.#type && result.length === this.#count) return result
    const found = isRaw(result) ? `${describe(result)} of length ${result.length}` : describe(result)
    throw new OpError(
      `the reduction function ${this.#op.name} returned ${found}; of two ${typeName(this.#type)}s of length ` +
        `${this.#count} it must make another; for values whose size changes pass items, such as [array]`,
    )
  }

  scratch(): Raw {
    return allocate(this.#type, 0)
  }

  release(): void {}

  finish(partial: Raw): Raw {
    if (this.#into === undefined) return partial
    Block.of(this.#into).set(Block.of(partial))
    return this.#into
  }
}
