import { OpError } from '../../../errors.ts'
import { Block } from '../../../wire/block.ts'
import { describe } from '../../op/domain.ts'
import type { Op } from '../../op.ts'
import type { Carrier } from '../carrier.ts'
import type { Endpoint } from '../endpoint.ts'

/** Partials are numbers. They travel as one double, so every number arrives as it was, -0 and NaN too. */
export class NumbersCarrier implements Carrier<number> {
  readonly #op: Op

  constructor(op: Op) {
    this.#op = op
  }

  send(endpoint: Endpoint, partial: number, dest: number): Promise<void> {
    return endpoint.send(Block.of(Float64Array.of(partial)), dest)
  }

  async receive(endpoint: Endpoint, source: number): Promise<number> {
    const double = new Float64Array(1)
    await endpoint.recvInto(Block.of(double), source)
    return double[0]!
  }

  combine(low: number, high: number): number {
    const result = this.#op.combineValues(low, high)
    if (typeof result === 'number') return result
    throw new OpError(
      `the reduction function ${this.#op.name} returned ${describe(result)}; of two numbers it must make a ` +
        'number; for anything else pass items, such as { value: x }',
    )
  }

  scratch(): number {
    return 0
  }

  release(): void {}

  finish(partial: number): number {
    return partial
  }
}
