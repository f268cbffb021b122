/**
 * The launcher's end of the connection to an agent on another host: the standard input and output of the command
 * (ssh, srun, ...) that has started it.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { type AgentEnd, describeAgentEnd, diagnoseStart, type Installation, isPassing } from './diagnosis.ts'
import { type Frame, FrameDecoder, KIND } from './frames.ts'
import { isInPath } from './in-path.ts'
import { decodeMessage, encodeMessage, type FromAgent, MARKER } from './messages.ts'
import { Pulse, SILENCE_TURNS } from './pulse.ts'
import type { StartCommand } from './start-command.ts'

export type Greeting = FromAgent & { readonly t: 'greeting' }

/** There was no greeting. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError'
  /** Another attempt may go better. */
  readonly isPassing: boolean

  constructor(message: string, passing: boolean) {
    super(message)
    this.isPassing = passing
  }
}

export interface ConnectionListener {
  onFrame(frame: Frame): void
  /** Nothing more will come. */
  onEnd(why: string): void
}

/** A login shell that prints more than this before the agent speaks will not stop. */
const LONGEST_BANNER_BYTES = 64 * 1024
/** More of it helps nobody. */
const SHOWN_BANNER_LINES = 32
const KEPT_STDERR_CHARS = 16 * 1024
/** What the command has left behind may hold its output open. */
const READ_ON_MS = 1000
const LEAVE_LIMIT_MS = 5000

const IGNORANT: ConnectionListener = { onFrame() {}, onEnd() {} }

export class Connection {
  readonly greeting: Promise<Greeting>
  /** Resolves when the command has ended and all it said has been heard. */
  readonly ended: Promise<void>
  readonly #command: StartCommand
  readonly #installation: Installation
  readonly #said: (line: string) => void
  readonly #child: ChildProcess
  readonly #input: Writable
  readonly #decoder = new FrameDecoder()
  /** A line not complete yet, of those before the agent's first word; null: it has spoken. */
  #banner: Buffer | null = Buffer.alloc(0)
  #bannerBytes = 0
  #bannerLines = 0
  #stderr = ''
  #greet: { resolve(greeting: Greeting): void; reject(error: Error): void } | null = null
  #listener = IGNORANT
  #pulse: Pulse | null = null
  /** How often something has come. */
  #heard = 0
  /** Why the connection is of no use any more. */
  #lost: string | null = null
  /** Why it has ended. */
  #why: string | null = null

  /** `said`: a line of output that came from the other host, but not from the agent. */
  constructor(
    command: StartCommand,
    installation: Installation,
    setpriv: string | null,
    said: (line: string) => void,
  ) {
    this.#command = command
    this.#installation = installation
    this.#said = said
    this.greeting = new Promise((resolve, reject) => {
      this.#greet = { resolve, reject }
    })
    // Whoever wants the connection awaits it; nobody may be there any more when it fails later.
    this.greeting.catch(() => {})
    // A command that is not there is told best by the system itself.
    const isWrapped = setpriv !== null && command.diesWithLauncher && isInPath(command.file, command.env)
    const wrapper = isWrapped ? [setpriv, '--pdeathsig', 'KILL', '--'] : []
    const [file, ...args] = [...wrapper, command.file, ...command.args]
    // In a session of its own: a Ctrl-C in the terminal is for the launcher, which ends the job in order.
    this.#child = spawn(file!, args, {
      env: command.env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#input = this.#child.stdin!
    this.ended = this.#watch()
  }

  get pid(): number | null {
    return this.#child.pid ?? null
  }

  /** From now on frames go to `listener`. An agent says nothing between its greeting and its first order. */
  listen(listener: ConnectionListener): void {
    const why = this.#why
    if (why === null) this.#listener = listener
    else queueMicrotask(() => listener.onEnd(why))
  }

  write(...frames: readonly Buffer[]): void {
    if (!this.#input.writable) return
    for (const frame of frames) this.#input.write(frame)
  }

  /** Resolves when everything written is on its way, or cannot be; null: it is. */
  flushed(): Promise<unknown> | null {
    if (!this.#input.writable || this.#input.writableLength === 0) return null
    return Promise.race([
      new Promise<void>((resolve) => this.#input.write('', () => resolve())),
      new Promise((resolve) => setTimeout(resolve, READ_ON_MS).unref()),
    ])
  }

  /** The other end is stopped together with this one, or continues. */
  rest(on: boolean): void {
    this.#pulse?.rest(on)
  }

  /** Asks for a sign; the returned function says whether there has been one since. */
  ping(): () => boolean {
    const before = this.#heard
    this.write(encodeMessage({ t: 'ping' }))
    return () => this.#heard > before
  }

  /** Waits for the other end to leave, which it has been asked to; ends it after a while. */
  async leave(): Promise<void> {
    this.#listener = IGNORANT
    this.#pulse?.stop()
    const limit = setTimeout(() => this.kill(), LEAVE_LIMIT_MS)
    this.#input.end()
    await this.ended
    clearTimeout(limit)
  }

  /** Ends the command at once. */
  kill(): void {
    this.#pulse?.stop()
    if (this.#child.pid === undefined || this.#why !== null) return
    try {
      process.kill(-this.#child.pid, 'SIGKILL')
    } catch {
      // It has just ended by itself.
    }
  }

  #watch(): Promise<void> {
    const child = this.#child
    const { file } = this.#command
    this.#input.on('error', () => {})
    child.stdout!.on('data', (chunk: Buffer) => this.#receive(chunk))
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR_CHARS)
    })
    for (const stream of [child.stdout!, child.stderr!]) stream.on('error', () => {})
    return new Promise((resolve) => {
      const over = (end: AgentEnd) => {
        if (this.#why !== null) return
        this.#pulse?.stop()
        this.#why = this.#lost ?? `its agent is gone: ${describeAgentEnd(end)}`
        this.#finish(end, this.#why)
        resolve()
      }
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (child.pid !== undefined) return
        const stderr = error.code === 'ENOENT' ? `there is no command ${file}` : error.message
        over({ file, code: null, signal: null, stderr })
      })
      child.once('exit', (code, signal) => {
        const streams = [child.stdout!, child.stderr!]
        const limit = setTimeout(() => {
          for (const stream of streams) stream.destroy()
        }, READ_ON_MS)
        void Promise.all(streams.map(closed)).then(() => {
          clearTimeout(limit)
          over({ file, code, signal, stderr: this.#stderr })
        })
      })
    })
  }

  #finish(end: AgentEnd, why: string): void {
    if (this.#lost !== null) {
      this.#greet?.reject(new ConnectError(why, false))
    } else {
      const passes = isPassing(end, this.#command.env)
      this.#greet?.reject(new ConnectError(diagnoseStart(end, this.#installation), passes))
    }
    this.#greet = null
    this.#listener.onEnd(why)
    this.#listener = IGNORANT
  }

  #receive(chunk: Buffer): void {
    if (this.#lost !== null) return
    this.#heard++
    this.#pulse?.heard()
    try {
      const frames = this.#banner === null ? chunk : this.#readBanner(chunk)
      if (frames === null) return
      for (const frame of this.#decoder.push(frames)) this.#take(frame)
    } catch (error) {
      this.#lose(`what came from it is not of a tsmpi agent: ${(error as Error).message}`)
    }
  }

  #take(frame: Frame): void {
    if (this.#greet === null) {
      this.#listener.onFrame(frame)
      return
    }
    const message = frame.kind === KIND.json ? decodeMessage<FromAgent>(frame) : null
    if (message?.t !== 'greeting') throw new Error('it does not begin with a greeting')
    this.#greet.resolve(message)
    this.#greet = null
    // The agent beats from now on, and listens for us.
    this.#pulse = new Pulse({
      beat: () => this.write(encodeMessage({ t: 'beat' })),
      onSilence: () => this.#lose(`it has been silent for ${SILENCE_TURNS} s`),
    })
  }

  /** Passes on what stands before the marker; returns what stands behind it. */
  #readBanner(chunk: Buffer): Buffer | null {
    this.#bannerBytes += chunk.length
    let rest = Buffer.concat([this.#banner!, chunk])
    for (;;) {
      const newline = rest.indexOf(10)
      if (newline < 0) break
      const line = rest.toString('utf8', 0, newline).replace(/\r$/, '')
      rest = rest.subarray(newline + 1)
      if (line === MARKER) {
        this.#banner = null
        return rest
      }
      if (line !== '' && this.#bannerLines++ < SHOWN_BANNER_LINES) this.#said(line)
    }
    if (this.#bannerBytes > LONGEST_BANNER_BYTES) throw new Error('it prints without end')
    this.#banner = rest
    return null
  }

  /** Nothing sensible will come any more. */
  #lose(why: string): void {
    this.#lost ??= why
    this.kill()
  }
}

function closed(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve()
    else stream.once('close', () => resolve())
  })
}
