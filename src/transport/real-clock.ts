/** Time as the process sees it. */

import type { Clock } from './transport.ts'

class RealClock implements Clock {
  /** The time of this turn of the event loop; NaN until somebody asks for it. */
  #turnMs = Number.NaN
  readonly #forgetTurn = (): void => {
    this.#turnMs = Number.NaN
  }

  nowMs(): number {
    return performance.now()
  }

  roughMs(): number {
    if (Number.isNaN(this.#turnMs)) {
      this.#turnMs = performance.now()
      setImmediate(this.#forgetTurn)
    }
    return this.#turnMs
  }

  after(ms: number, f: () => void): () => void {
    const timer = setTimeout(f, ms)
    return () => clearTimeout(timer)
  }

  later(ms: number, f: () => void): () => void {
    const timer = setTimeout(f, ms).unref()
    return () => clearTimeout(timer)
  }

  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }
}

export const realClock: Clock = new RealClock()
