/**
 * Both ends of a connection between hosts beat, and a long silence means that the other is lost: a cut network
 * does not end a connection, it only falls silent.
 *
 * Silence is counted in turns of an own timer, not in time: a process that was stopped, or a laptop that slept,
 * has not listened meanwhile, and first reads what has come.
 */

const TURN_MS = 1000
const BEAT_EVERY_TURNS = 5

/** After so many turns without a sign the other end is lost. */
export const SILENCE_TURNS = 15

export interface PulseTarget {
  beat(): void
  onSilence(): void
}

export class Pulse {
  readonly #timer: NodeJS.Timeout
  #turn = 0
  #silent = 0
  #rests = false

  constructor(target: PulseTarget) {
    this.#timer = setInterval(() => {
      if (this.#rests) return
      this.#turn++
      this.#silent++
      if (this.#turn % BEAT_EVERY_TURNS === 0) target.beat()
      if (this.#silent > SILENCE_TURNS) {
        this.stop()
        target.onSilence()
      }
    }, TURN_MS)
  }

  /** The other end has given a sign. */
  heard(): void {
    this.#silent = 0
  }

  /** The other end is stopped and will be silent, until it says otherwise. */
  rest(on: boolean): void {
    this.#rests = on
    this.#silent = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
