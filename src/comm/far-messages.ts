/**
 * The messages between hosts of one collective call whose steps run on boards: they are those of a call by
 * messages, with its number, signature and checks, and the steps wait for them.
 */

import { type Board, ELSEWHERE } from '../transport/board.ts'
import type { Steps } from './collective/board/steps.ts'
import type { Endpoint } from './collective/endpoint.ts'
import { Among } from './collective/hosts/among.ts'
import type { Far, UnderWay } from './collective/hosts/hosts.ts'
import type { Call } from './collective-call.ts'

export class FarMessages implements Far {
  readonly call: Call
  readonly #board: Board
  readonly #onChange: () => void

  /** `onChange` is called when the steps can go on; never from inside them. */
  constructor(call: Call, board: Board, onChange: () => void) {
    this.call = call
    this.#board = board
    this.#onChange = onChange
  }

  begin<T>(ranks: readonly number[], body: (endpoint: Endpoint) => Promise<T>): UnderWay<T> {
    return new Exchange(body(new Among(this.call, ranks)), this.#board, this.#onChange)
  }

  run<T>(ranks: readonly number[], body: (endpoint: Endpoint) => Promise<T>): Steps<T> {
    return this.begin(ranks, body).end()
  }
}

class Exchange<T> implements UnderWay<T> {
  readonly #board: Board
  #outcome: { readonly value: T } | { readonly error: unknown } | null = null

  constructor(promise: Promise<T>, board: Board, onChange: () => void) {
    this.#board = board
    promise.then(
      (value) => {
        this.#outcome = { value }
        onChange()
      },
      (error) => {
        this.#outcome = { error }
        onChange()
      },
    )
  }

  *end(): Steps<T> {
    while (this.#outcome === null) {
      this.#board.awaited = ELSEWHERE
      yield
    }
    if ('error' in this.#outcome) throw this.#outcome.error
    return this.#outcome.value
  }
}

/** Runs steps on the board of a rank that is alone on its host. */
export async function runAlone<T>(
  board: Board,
  turn: () => Promise<void>,
  start: (onChange: () => void) => Steps<T>,
): Promise<T> {
  let wake = (): void => {}
  const steps = start(() => wake())
  for (;;) {
    const result = steps.next()
    if (result.done) return result.value
    // Steps that only give way go on after the program's other work.
    if (board.awaited !== ELSEWHERE) await turn()
    else await new Promise<void>((resolve) => (wake = resolve))
  }
}
