/** Memory that all ranks of a simulated network have in common: they live in one process anyway. */

import type { CommonMemory } from '../shared-memory.ts'

export class SimulatedCommonMemory implements CommonMemory {
  readonly #buffers: ArrayBuffer[] = []

  takeMemory(bytes: number): number {
    this.#buffers.push(new ArrayBuffer(bytes))
    return this.#buffers.length - 1
  }

  memory(place: number): ArrayBuffer {
    return this.#buffers[place]!
  }
}
