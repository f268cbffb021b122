/** The clock of one simulated rank; all ranks of a network share the time. */

import type { Clock } from '../transport.ts'
import type { Road } from './channel.ts'
import type { Inbox } from './inbox.ts'
import type { Schedule, Source } from './schedule.ts'

export class VirtualClock implements Clock {
  readonly #schedule: Schedule
  readonly #inbox: Inbox
  readonly #road: Road

  constructor(schedule: Schedule, inbox: Inbox, road: Road) {
    this.#schedule = schedule
    this.#inbox = inbox
    this.#road = road
  }

  nowMs(): number {
    return this.#schedule.look()
  }

  roughMs(): number {
    return this.#schedule.nowMs
  }

  after(ms: number, f: () => void): () => void {
    const schedule = this.#schedule
    const source: Source = {
      slot: -1,
      run: () => {
        schedule.remove(source)
        // A dead rank's timers do not fire.
        if (!this.#inbox.isClosed) f()
      },
    }
    // A timer that is due stands among the other events: which comes first is drawn, as in a real race.
    const appointment = schedule.at(schedule.nowMs + ms, true, () => schedule.add(source))
    return () => {
      schedule.cancel(appointment)
      schedule.remove(source)
    }
  }

  /** Virtual time passes only when nothing else can happen, so nothing is kept alive by either. */
  later(ms: number, f: () => void): () => void {
    return this.after(ms, f)
  }

  turn(): Promise<void> {
    return this.#inbox.turn(this.#road.sent)
  }
}
