/** How long an operation waits: its `timeout` and its `signal`, for receives, probes and collectives alike. */

import { MpiError, type Where } from '../errors.ts'
import type { Clock } from '../transport/transport.ts'

// Above this setTimeout fires at once; nobody waits 24 days for a message on purpose.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/** Calls `f` when `timeoutMs` has passed; the returned function takes that back. Undefined or Infinity: never. */
export function afterTimeout(
  clock: Clock,
  timeoutMs: number | undefined,
  f: (timeoutMs: number) => void,
): () => void {
  if (timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY) return () => {}
  if (timeoutMs > LONGEST_TIMEOUT_MS) return () => {}
  return clock.after(timeoutMs, () => f(timeoutMs))
}

/** Refuses what is no time or no signal, before anything is started that only they would end. */
export function checkPatience(
  options: { readonly timeout?: number | undefined; readonly signal?: AbortSignal | undefined } | undefined,
  where: Where,
): void {
  const timeoutMs: unknown = options?.timeout
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    throw new MpiError(`${where}: timeout is ${String(timeoutMs)}; give milliseconds, 0 or more`)
  }
  const signal: unknown = options?.signal
  // Not instanceof AbortSignal: polyfills and other realms have one of their own.
  if (signal === undefined || typeof (signal as AbortSignal | null)?.addEventListener === 'function') return
  const cure =
    signal instanceof AbortController ? "give the controller's signal" : "give an AbortController's"
  throw new MpiError(`${where}: signal is no AbortSignal but ${String(signal)}; ${cure}`)
}

/** Calls `f` with the reason when `signal` aborts, at once if it has; the returned function takes that back. */
export function onAbort(signal: AbortSignal | undefined, f: (reason: unknown) => void): () => void {
  if (signal === undefined) return () => {}
  if (signal.aborted) {
    f(signal.reason)
    return () => {}
  }
  const listener = (): void => f(signal.reason)
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
