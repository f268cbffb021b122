/**
 * Which event of a simulation comes next, and what time it is.
 *
 * All events that could happen now stand in one list; one is drawn by the seeded dice and happens in a
 * macrotask of its own, so that everything it sets off in the ranks (microtasks) is over before the next.
 * Nothing else decides the order: the same seed and the same program give the same run.
 *
 * Virtual time moves by a microsecond per event, which lets programs that poll get somewhere, and jumps to
 * the next appointment when there is no event.
 */

import { Agenda, type Appointment } from './agenda.ts'
import type { Random } from './random.ts'
import { Stillness } from './stillness.ts'

/** Something that has an event to deliver while it is in the schedule. */
export interface Source {
  /** Its place in the schedule's list; -1 outside. Kept by the schedule. */
  slot: number
  /** Delivers one event, and leaves the schedule if it has no other. */
  run(): void
}

/**
 * Macrotasks queued at once. Node drains the microtasks between two immediates of one loop turn, and a turn
 * costs more than a delivery: measured 1.9 us per event one by one, 0.26 us by sixteen.
 */
const BATCH = 16
const EVENT_MS = 0.001
/** Looking at the clock takes time too, else a program that waits by looking at it would never end. */
const LOOK_MS = 0.0001
/** Events in a row that were only polls, after which virtual time may jump. */
const FRUITLESS = 100

// Taken when the module loads, so that a test's fake timers do not stop the simulation.
const { setImmediate } = globalThis

export interface ScheduleOptions {
  random: Random
  /** Whether some rank is at work outside the simulation, as far as its runner knows. */
  busy: () => boolean
  /** Whether some rank waits for the network; without one, silence is nothing to report. */
  waiting: () => boolean
  /**
   * Nothing can happen any more. `certain`: nothing outside the simulation either. Once per silence, or again
   * if it returns true.
   */
  onStall: (certain: boolean) => boolean
  /** @see Stillness */
  onLate: (resources: string) => void
  /** An event handler threw. */
  onThrow: (error: unknown) => void
}

export class Schedule {
  readonly #random: Random
  readonly #options: ScheduleOptions
  readonly #agenda = new Agenda()
  readonly #stillness: Stillness
  readonly #runnable: Source[] = []
  readonly #step = () => this.#runOne()
  readonly #endBatch = () => this.#closeBatch()
  #nowMs = 0
  #armed = false
  #entered = false
  #events = 0
  #fruitless = 0
  /** What is to happen after a number of events, the next one last. */
  readonly #marks: { readonly events: number; readonly f: () => void }[] = []
  #closed = false

  constructor(options: ScheduleOptions) {
    this.#random = options.random
    this.#options = options
    this.#stillness = new Stillness(options.busy, options.onLate)
  }

  /** Events delivered so far. */
  get events(): number {
    return this.#events
  }

  get nowMs(): number {
    return this.#nowMs
  }

  /** The time, for a program that asks for it. */
  look(): number {
    this.#nowMs += LOOK_MS
    return this.#nowMs
  }

  add(source: Source): void {
    if (source.slot >= 0 || this.#closed) return
    source.slot = this.#runnable.length
    this.#runnable.push(source)
    this.wake()
  }

  remove(source: Source): void {
    const slot = source.slot
    if (slot < 0) return
    source.slot = -1
    const last = this.#runnable.pop()!
    if (last === source) return
    this.#runnable[slot] = last
    last.slot = slot
  }

  /** Calls `f` as an event of its own, at a moment the dice choose. */
  post(f: () => void): void {
    const source: Source = {
      slot: -1,
      run: () => {
        this.remove(source)
        f()
      },
    }
    this.add(source)
  }

  /** Calls `due` at a virtual time, not as an event: it may only make a source runnable. */
  at(atMs: number, isTimer: boolean, due: () => void): Appointment {
    const appointment = this.#agenda.add(atMs, isTimer, due)
    this.wake()
    return appointment
  }

  /** Calls `f` as an event once `events` events have been delivered, or no other can be. */
  afterEvents(events: number, f: () => void): void {
    this.#marks.push({ events, f })
    this.#marks.sort((a, b) => b.events - a.events)
    this.#passMarks()
  }

  cancel(appointment: Appointment): void {
    this.#agenda.cancel(appointment)
  }

  /** Something has changed: the schedule looks (again) for what can happen, or for a stall. */
  wake(): void {
    if (this.#armed || this.#closed) return
    this.#stillness.stop()
    this.#arm()
  }

  /** The event that just ran was a program polling, not news. */
  countFruitless(): void {
    this.#fruitless += 2
  }

  close(): void {
    this.#closed = true
    this.#stillness.stop()
    this.#agenda.clear()
    for (const source of this.#runnable) source.slot = -1
    this.#runnable.length = 0
  }

  #arm(): void {
    this.#armed = true
    this.#stillness.count(BATCH + 1)
    for (let i = 0; i < BATCH; i++) setImmediate(this.#step)
    setImmediate(this.#endBatch)
  }

  #runOne(): void {
    if (this.#closed) return
    if (!this.#entered) {
      this.#entered = true
      this.#stillness.enter()
    }
    this.#takeDue()
    const runnable = this.#runnable
    if (runnable.length === 0) return
    const source = runnable[runnable.length === 1 ? 0 : this.#random.below(runnable.length)]!
    this.#nowMs += EVENT_MS
    this.#events++
    if (this.#fruitless > 0) this.#fruitless--
    try {
      source.run()
    } catch (error) {
      this.#options.onThrow(error)
    }
    if (this.#fruitless > FRUITLESS) this.#skipPolling()
    if (this.#marks.length > 0) this.#passMarks()
  }

  /** After the last event of a batch, and after everything it set off in the ranks. */
  #closeBatch(): void {
    this.#armed = false
    if (this.#closed) return
    this.#entered = false
    this.#stillness.leave()
    if (this.#runnable.length > 0 || this.#jump()) this.#arm()
    else this.#watch()
  }

  #passMarks(): void {
    while (this.#marks.length > 0 && this.#marks.at(-1)!.events <= this.#events)
      this.post(this.#marks.pop()!.f)
  }

  #takeDue(): void {
    for (;;) {
      const next = this.#agenda.peek()
      if (next === undefined || next.atMs > this.#nowMs) return
      this.#agenda.take()
      next.due()
    }
  }

  /** With nothing to do now: goes to the next moment if that needs no permission. */
  #jump(): boolean {
    const next = this.#agenda.peek()
    if (next === undefined || (next.isTimer && next.atMs > this.#nowMs)) return false
    this.#nowMs = Math.max(this.#nowMs, next.atMs)
    return true
  }

  #skipPolling(): void {
    this.#fruitless = 0
    this.#jump()
  }

  #watch(): void {
    const timer = this.#agenda.peek()
    if (timer !== undefined)
      this.#stillness.watch('timer', () => {
        this.#nowMs = Math.max(this.#nowMs, timer.atMs)
        this.wake()
      })
    else if (this.#options.waiting())
      this.#stillness.watch('stall', (certain) => {
        // Marks that were set too far ahead would never be reached.
        const mark = this.#marks.pop()
        if (mark !== undefined) this.post(mark.f)
        else if (this.#options.onStall(certain)) this.wake()
      })
  }
}
