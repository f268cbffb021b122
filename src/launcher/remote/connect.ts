/**
 * Connects to the agents of all hosts at once: so many at a time as an sshd on the way can bear, and again where
 * nobody listens yet, until all have greeted or the time for launching is over.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { HostEntry } from '../hosts/host.ts'
import { LaunchError } from '../launch-error.ts'
import { formatHost } from '../report.ts'
import { findSetpriv } from '../spawn-rank.ts'
import { ConnectError, Connection } from './connection.ts'
import { diagnoseGreeting } from './diagnosis.ts'
import type { HostFacts } from './facts.ts'
import { type StartOptions, startCommand } from './start-command.ts'

/** Commands that are on their way to a greeting at the same time. */
const MOST_AT_ONCE = 64
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 3000

export interface ConnectOptions extends StartOptions {
  /** As the user knows it. */
  readonly launchTimeoutMs: number
  /** What is left of it. */
  readonly msLeft: number
  /** Aborted by the user. Its reason is what the promise rejects with. */
  readonly signal: AbortSignal
  /** The ranks of a host, as far as they are known yet. */
  ranksOf(entry: HostEntry): readonly number[]
  /** Something to tell the user. */
  note(text: string): void
}

/** An agent that has greeted. */
export interface Greeted {
  readonly connection: Connection
  readonly facts: HostFacts
}

/** In the order of `entries`. If one fails, all connections are closed again. */
export async function connectAll(
  entries: readonly HostEntry[],
  options: ConnectOptions,
): Promise<readonly Greeted[]> {
  const attempts = new Attempts(options)
  const onTimeout = () => attempts.fail(timeoutError(attempts, entries, options))
  const limit = setTimeout(onTimeout, options.msLeft)
  const onAbort = () => attempts.fail(options.signal.reason as Error)
  options.signal.addEventListener('abort', onAbort)
  try {
    if (options.signal.aborted) onAbort()
    return await Promise.all(entries.map((entry) => attempts.connect(entry)))
  } catch (error) {
    attempts.fail(error as Error)
    await attempts.closed()
    throw attempts.error
  } finally {
    clearTimeout(limit)
    options.signal.removeEventListener('abort', onAbort)
  }
}

class Attempts {
  error: Error | null = null
  /** Why the last attempt failed, by host. */
  readonly reasons = new Map<HostEntry, string>()
  readonly greeted = new Set<HostEntry>()
  readonly #options: ConnectOptions
  readonly #setpriv = findSetpriv()
  readonly #open = new Set<Connection>()
  readonly #stop = new AbortController()
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(options: ConnectOptions) {
    this.#options = options
  }

  /** Ends all attempts, of which the first failure is the one to tell. */
  fail(error: Error): void {
    this.error ??= error
    this.#stop.abort()
    for (const connection of this.#open) connection.kill()
  }

  async closed(): Promise<void> {
    await Promise.all([...this.#open].map((connection) => connection.ended))
  }

  async connect(entry: HostEntry): Promise<Greeted> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await this.#inTurn(() => this.#attempt(entry))
      } catch (error) {
        if (!(error instanceof ConnectError)) throw error
        if (!error.isPassing || this.error) throw new LaunchError(this.#describe(entry, error.message))
        if (!this.reasons.has(entry)) this.#tellOfRetries(entry, error.message)
        this.reasons.set(entry, error.message)
      }
      // Not all at the same moment, or they would push each other away again.
      await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal: this.#stop.signal })
    }
  }

  async #attempt(entry: HostEntry): Promise<Greeted> {
    if (this.error) throw this.error
    const { note, nodePath, agentPath } = this.#options
    const connection = new Connection(
      startCommand(entry, this.#options, process.env),
      { nodePath, agentPath },
      this.#setpriv,
      (line) => note(`host ${entry.name} said: ${line}`),
    )
    this.#open.add(connection)
    void connection.ended.then(() => this.#open.delete(connection))
    const greeting = await connection.greeting
    const wrong = diagnoseGreeting(greeting, { nodePath, agentPath })
    if (wrong !== null) throw new LaunchError(this.#describe(entry, wrong))
    this.greeted.add(entry)
    return { connection, facts: greeting.facts! }
  }

  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    if (this.#running >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await act()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }

  #describe(entry: HostEntry, why: string): string {
    return `${formatHost({ hostname: entry.name, ranks: this.#options.ranksOf(entry) })}: ${why}`
  }

  #tellOfRetries(entry: HostEntry, why: string): void {
    const limit = `${this.#options.launchTimeoutMs / 1000} s`
    this.#options.note(`host ${entry.name}: ${why}; trying again for ${limit} (--launch-timeout)`)
  }
}

function timeoutError(
  { greeted, reasons }: Attempts,
  entries: readonly HostEntry[],
  { launchTimeoutMs, ranksOf }: ConnectOptions,
): LaunchError {
  const missing = entries
    .filter((entry) => !greeted.has(entry))
    .map((entry) => {
      const why = reasons.get(entry) ?? 'no sign of its agent'
      return `\n  ${formatHost({ hostname: entry.name, ranks: ranksOf(entry) })}: ${why}`
    })
  return new LaunchError(
    `the job was not started after ${launchTimeoutMs / 1000} s (--launch-timeout); missing:${missing.join('')}`,
  )
}
