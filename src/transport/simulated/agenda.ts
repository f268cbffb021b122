/**
 * What is to happen at a later virtual time: a binary heap, earliest first, first come first among equals.
 */

export class Appointment {
  readonly atMs: number
  /** Order among appointments of one moment. */
  readonly turn: number
  /**
   * A timer must not overtake what a rank does in real time (reading a file, say), so virtual time jumps
   * to it only when the process is quiet; to a delayed frame it may jump at once.
   */
  readonly isTimer: boolean
  readonly due: () => void
  cancelled = false

  constructor(atMs: number, turn: number, isTimer: boolean, due: () => void) {
    this.atMs = atMs
    this.turn = turn
    this.isTimer = isTimer
    this.due = due
  }
}

export class Agenda {
  #heap: Appointment[] = []
  #made = 0
  #cancelled = 0

  add(atMs: number, isTimer: boolean, due: () => void): Appointment {
    const appointment = new Appointment(atMs, this.#made++, isTimer, due)
    this.#heap.push(appointment)
    this.#up(this.#heap.length - 1)
    return appointment
  }

  cancel(appointment: Appointment): void {
    if (appointment.cancelled) return
    appointment.cancelled = true
    this.#cancelled++
    // Receives with long timeouts that succeed at once would fill the heap with dead entries.
    if (this.#cancelled > 64 && this.#cancelled * 2 > this.#heap.length) this.#compact()
  }

  /** The next appointment, left in place. */
  peek(): Appointment | undefined {
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined || !first.cancelled) return first
      this.#cancelled--
      this.#removeFirst()
    }
  }

  /** Takes the next appointment out. */
  take(): Appointment | undefined {
    const first = this.peek()
    if (first !== undefined) this.#removeFirst()
    // Cancelling what has been taken already must not count as a dead entry.
    if (first !== undefined) first.cancelled = true
    return first
  }

  clear(): void {
    this.#heap = []
    this.#cancelled = 0
  }

  #compact(): void {
    const alive = this.#heap.filter((a) => !a.cancelled).sort((a, b) => (before(a, b) ? -1 : 1))
    this.#heap = alive
    this.#cancelled = 0
  }

  #removeFirst(): void {
    const last = this.#heap.pop()!
    if (this.#heap.length === 0) return
    this.#heap[0] = last
    this.#down(0)
  }

  #up(at: number): void {
    const heap = this.#heap
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(heap[at]!, heap[parent]!)) return
      swap(heap, at, parent)
      at = parent
    }
  }

  #down(at: number): void {
    const heap = this.#heap
    for (;;) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && before(heap[child]!, heap[least]!)) least = child
      if (least === at) return
      swap(heap, at, least)
      at = least
    }
  }
}

function before(a: Appointment, b: Appointment): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.turn < b.turn)
}

function swap(heap: Appointment[], i: number, j: number): void {
  const held = heap[i]!
  heap[i] = heap[j]!
  heap[j] = held
}
