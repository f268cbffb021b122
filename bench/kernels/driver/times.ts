/** Seconds by kernel, ranks, peer and repetition, and ratios of what was measured in the same repetition. Pure. */

import { type Summary, summarize } from '../../driver/statistics.ts'
import type { KernelPeer } from './options.ts'

interface Time {
  readonly kernel: string
  readonly ranks: number
  readonly peer: KernelPeer
  readonly repetition: number
  readonly seconds: number
}

export class Times {
  readonly all: Time[] = []

  add(time: Time): void {
    this.all.push(time)
  }

  /** What was measured, each kernel on each number of ranks once, in the order of measurement. */
  get cases(): { kernel: string; ranks: number }[] {
    const seen = new Map(this.all.map(({ kernel, ranks }) => [`${kernel} ${ranks}`, { kernel, ranks }]))
    return [...seen.values()]
  }

  seconds(kernel: string, ranks: number, peer: KernelPeer): number[] {
    return this.#of(kernel, ranks, peer).map(({ seconds }) => seconds)
  }

  /** `peer`'s time over `other`'s: those of the same repetition, a moment apart, so that a slow minute drops out. */
  ratio(kernel: string, ranks: number, peer: KernelPeer, other: KernelPeer): Summary | null {
    const others = new Map(
      this.#of(kernel, ranks, other).map(({ repetition, seconds }) => [repetition, seconds]),
    )
    const ratios = this.#of(kernel, ranks, peer).flatMap(({ repetition, seconds }) => {
      const base = others.get(repetition)
      return base === undefined ? [] : [seconds / base]
    })
    return summarize(ratios)
  }

  #of(kernel: string, ranks: number, peer: KernelPeer): Time[] {
    return this.all.filter((time) => time.kernel === kernel && time.ranks === ranks && time.peer === peer)
  }
}
