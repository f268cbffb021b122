/** What signals to the launcher mean for its job. */

/** npm and the terminal both send one Ctrl-C, within a millisecond; a person's second one comes later. */
const SECOND_AFTER_MS = 300

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
const FORWARDED = ['SIGUSR1', 'SIGUSR2'] as const

export interface SignalTarget {
  /** End the job in order. */
  end(signal: NodeJS.Signals): void
  /** End it at once. */
  kill(): void
  /** Pass the signal on to the ranks. */
  forward(signal: NodeJS.Signals): void
  /** Resolves when the signals are on their way; null: they are. */
  forwarded(): Promise<unknown> | null
  /** A terminal that goes away is no reason to end. */
  readonly ignoresHangup: boolean
}

/** Starts listening; the returned function stops. */
export function handleSignals(target: SignalTarget): () => void {
  const handlers = new Map<NodeJS.Signals, () => void>()
  let firstAtMs: number | null = null
  for (const signal of ENDING) {
    handlers.set(signal, () => {
      const nowMs = performance.now()
      if (firstAtMs === null) {
        firstAtMs = nowMs
        target.end(signal)
      } else if (nowMs - firstAtMs > SECOND_AFTER_MS) {
        target.kill()
      }
    })
  }
  if (target.ignoresHangup) handlers.set('SIGHUP', () => {})
  for (const signal of FORWARDED) handlers.set(signal, () => target.forward(signal))
  handlers.set('SIGTSTP', () => {
    // The ranks are in sessions of their own, where the kernel ignores TSTP; only STOP stops them.
    target.forward('SIGSTOP')
    const stop = () => process.kill(process.pid, 'SIGSTOP')
    const forwarded = target.forwarded()
    if (forwarded === null) stop()
    else void forwarded.then(stop)
  })
  handlers.set('SIGCONT', () => target.forward('SIGCONT'))
  for (const [signal, handler] of handlers) process.on(signal, handler)
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler)
  }
}
