/** What ends the preparations of a job: a signal, or that they are in vain. Once there are ranks, signals are theirs. */

import { isStartedByNohup } from './nohup.ts'
import type { SignalTarget } from './signals.ts'

export class Interrupt implements SignalTarget {
  readonly ignoresHangup = isStartedByNohup()
  readonly #controller = new AbortController()
  #target: Omit<SignalTarget, 'ignoresHangup'> | null = null

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  hand(target: Omit<SignalTarget, 'ignoresHangup'>): void {
    this.#target = target
    if (this.signal.reason instanceof Interrupted) target.end(this.signal.reason.signal)
  }

  end(signal: NodeJS.Signals): void {
    this.abort(new Interrupted(signal))
    this.#target?.end(signal)
  }

  /** The preparations have failed. */
  abort(error: unknown): void {
    this.#controller.abort(error)
  }

  kill(): void {
    this.#target?.kill()
  }

  forward(signal: NodeJS.Signals): void {
    this.#target?.forward(signal)
  }

  forwarded(): Promise<unknown> | null {
    return this.#target?.forwarded() ?? null
  }
}

/** The user has ended the preparations. */
export class Interrupted extends Error {
  readonly signal: NodeJS.Signals

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`)
    this.signal = signal
  }
}
