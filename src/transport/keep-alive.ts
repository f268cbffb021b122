/**
 * Keeps the process alive while somebody waits and nothing that libuv counts is pending.
 *
 * One timer that never fires, referenced and unreferenced: that costs some 50 ns, a new timer ten times as much.
 */

/** The longest delay a Node timer takes; it is an interval, so its length does not matter. */
const FAR_AWAY_MS = 0x7fff_ffff

export class KeepAlive {
  #timer: NodeJS.Timeout | null = null

  on(): void {
    if (this.#timer === null) this.#timer = setInterval(() => {}, FAR_AWAY_MS)
    else this.#timer.ref()
  }

  off(): void {
    this.#timer?.unref()
  }

  /** Frees the timer; `on()` makes a new one. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }
}
