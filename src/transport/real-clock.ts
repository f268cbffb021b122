/** Time as the process sees it. */

import type { Clock } from './transport.ts'

export const realClock: Clock = {
  nowMs: () => performance.now(),
  after(ms, f) {
    const timer = setTimeout(f, ms)
    return () => clearTimeout(timer)
  },
  later(ms, f) {
    const timer = setTimeout(f, ms).unref()
    return () => clearTimeout(timer)
  },
  turn: () => new Promise((resolve) => setImmediate(resolve)),
}
