/**
 * The agent of a host: runs ranks for a launcher on another one, which speaks to it through its standard input
 * and output.
 *
 * Those two are all that keeps it: whatever ends them, a launcher killed or a network cut, ends the ranks at once.
 * It exits with code 0 also if ranks fail, because srun would end the others otherwise.
 */

import { statSync } from 'node:fs'
import { Socket } from 'node:net'
import { version } from '../../version.ts'
import type { StreamName } from '../agent.ts'
import { LaunchError } from '../launch-error.ts'
import { LocalAgent } from '../local-agent.ts'
import { rankEnvironment } from '../rank-environment.ts'
import { hostFacts } from './facts.ts'
import { type Frame, FrameDecoder, KIND } from './frames.ts'
import {
  decodeInput,
  decodeMessage,
  encodeMessage,
  encodeOutput,
  type FromAgent,
  MARKER,
  type StartOrder,
  type ToAgent,
} from './messages.ts'
import { OutputGate } from './output-gate.ts'
import { Pulse, SILENCE_TURNS } from './pulse.ts'

/** How long the last words may take. */
const FLUSH_LIMIT_MS = 1000

export function serve(): void {
  new Server().greet()
}

class Server {
  /** Not process.stdout, whose writes to a pipe wait for the reader: a launcher that hangs must not stop us. */
  readonly #output = new Socket({ fd: 1, readable: false, writable: true })
  readonly #decoder = new FrameDecoder()
  readonly #pulse: Pulse
  #agent: LocalAgent | null = null
  #gate: OutputGate | null = null
  #text: Buffer[] = []
  #isLeaving = false

  constructor() {
    this.#pulse = new Pulse({
      beat: () => this.#tell({ t: 'beat' }),
      onSilence: () => this.#fail(`it has heard nothing of tsrun for ${SILENCE_TURNS} s`),
    })
    const gone = () => this.#leave()
    process.stdin.on('data', (chunk: Buffer) => this.#receive(chunk))
    for (const event of ['end', 'error', 'close']) process.stdin.on(event, gone)
    this.#output.on('error', gone)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => this.#fail(`its agent (pid ${process.pid}) was ended by ${signal}`))
    }
    process.on('uncaughtException', (error) => this.#fail(`internal error: ${error.stack}`))
  }

  greet(): void {
    this.#output.write(`\n${MARKER}\n`)
    this.#tell({ t: 'greeting', version, node: process.version, facts: hostFacts() })
  }

  #tell(message: FromAgent): void {
    if (this.#output.writable) this.#output.write(encodeMessage(message))
  }

  #receive(chunk: Buffer): void {
    if (this.#isLeaving) return
    this.#pulse.heard()
    try {
      for (const frame of this.#decoder.push(chunk)) this.#take(frame)
    } catch (error) {
      this.#fail(error instanceof LaunchError ? error.message : `internal error: ${(error as Error).stack}`)
    }
  }

  #take(frame: Frame): void {
    if (frame.kind === KIND.file) {
      this.#text.push(frame.payload)
    } else if (frame.kind === KIND.input) {
      this.#feed(frame)
    } else {
      this.#obey(decodeMessage<ToAgent>(frame))
    }
  }

  #obey(message: ToAgent): void {
    switch (message.t) {
      case 'start':
        this.#start(message.order)
        break
      case 'boot': {
        const { kind, script, facts } = message
        const text = Buffer.concat(this.#text)
        this.#text = []
        this.#agent?.boot({ kind, script, text }, facts)
        break
      }
      case 'rank':
        this.#agent?.send(message.rank, message.message)
        break
      case 'signal':
        this.#agent?.signal(message.signal)
        // The launcher stops too, and will be silent.
        if (message.signal === 'SIGSTOP' || message.signal === 'SIGCONT') {
          this.#pulse.rest(message.signal === 'SIGSTOP')
        }
        break
      case 'pause':
        this.#gate?.pause(message.rank, message.stream, 'launcher')
        break
      case 'resume':
        this.#gate?.resume(message.rank, message.stream, 'launcher')
        break
      case 'taken':
        this.#gate?.taken(message.bytes)
        break
      case 'ping':
        this.#tell({ t: 'beat' })
        break
      case 'leave':
        this.#leave()
        break
      case 'beat':
        break
    }
  }

  #start(order: StartOrder): void {
    const { wdir } = order
    if (!statSync(wdir, { throwIfNoEntry: false })?.isDirectory()) {
      this.#fail(`there is no folder ${wdir} there; make it, or choose the ranks' working folder with --wdir`)
      return
    }
    const { variables, script, ...job } = order
    const env = rankEnvironment(process.env, variables)
    const agent = new LocalAgent({ ...job, command: { script, cwd: wdir, env } })
    this.#agent = agent
    const gate = new OutputGate(agent)
    this.#gate = gate
    agent.start({
      onDetail: (text) => this.#tell({ t: 'detail', text }),
      onReady: (sharesMemory) => this.#tell({ t: 'ready', sharesMemory }),
      onLost() {},
      onStarted: (rank, pid) => this.#tell({ t: 'started', rank, pid }),
      onStartFailed: (rank, { message, ...rest }) => {
        const { code } = rest as NodeJS.ErrnoException
        this.#tell({ t: 'startFailed', rank, error: code === undefined ? { message } : { message, code } })
      },
      onMessage: (rank, message) => this.#tell({ t: 'rank', rank, message }),
      onOutput: (rank, stream: StreamName, piece) => {
        this.#output.write(encodeOutput(rank, stream, piece))
        gate.sent(rank, stream, piece.bytes.length)
      },
      onEnded: (rank, end) => this.#tell({ t: 'ended', rank, end }),
      onOutputEnded: (rank) => this.#tell({ t: 'outputEnded', rank }),
    })
  }

  #feed(frame: Frame): void {
    const { rank, bytes } = decodeInput(frame)
    const fed = () => this.#tell({ t: 'fed', rank, bytes: bytes?.length ?? 0 })
    if (this.#agent?.writeInput(rank, bytes, fed) ?? true) fed()
  }

  #fail(why: string): void {
    if (this.#isLeaving) return
    this.#tell({ t: 'failed', why })
    this.#leave()
  }

  /** Ends everything of the job on this host, then this process. */
  #leave(): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    this.#pulse.stop()
    this.#agent?.signal('SIGKILL')
    const flushed = new Promise<void>((resolve) => {
      this.#output.end(() => resolve())
      this.#output.once('close', () => resolve())
      setTimeout(resolve, FLUSH_LIMIT_MS)
    })
    void Promise.all([this.#agent?.leave(), flushed]).finally(() => process.exit(0))
  }
}
