/** The {@link Agent} for another host: hands everything on to the agent program there, and its answers back. */

import type { ToRank } from '../../bootstrap/control.ts'
import type { Agent, AgentEvents, BootFacts, StreamName } from '../agent.ts'
import type { Program } from '../program.ts'
import type { Connection } from './connection.ts'
import { type Frame, KIND } from './frames.ts'
import {
  decodeMessage,
  decodeOutput,
  encodeFile,
  encodeInput,
  encodeMessage,
  type FromAgent,
  type StartOrder,
  type ToAgent,
} from './messages.ts'

/** Input of a rank that is on its way and not taken yet: more would only lie in buffers, before orders that matter. */
const MOST_INPUT_BYTES = 256 * 1024
/** Arrived output is acknowledged in parts of this size. */
const TELL_TAKEN_BYTES = 64 * 1024

export class RemoteAgent implements Agent {
  readonly hostname: string
  readonly ranks: readonly number[]
  readonly #connection: Connection
  readonly #order: StartOrder
  #events: AgentEvents | null = null
  #takenBytes = 0
  /** Only one rank of a job has an input. */
  #inputBytes = 0
  #onDrain: (() => void) | null = null

  constructor(connection: Connection, order: StartOrder) {
    this.#connection = connection
    this.#order = order
    this.hostname = order.hostname
    this.ranks = [...order.nodeOf.keys()].filter((rank) => order.nodeOf[rank] === order.nodeRank)
  }

  start(events: AgentEvents): void {
    this.#events = events
    this.#connection.listen({
      onFrame: (frame) => this.#receive(frame),
      onEnd: (why) => this.#lose(why),
    })
    this.#tell({ t: 'start', order: this.#order })
  }

  boot(program: Program, facts: BootFacts): void {
    if (program.kind === 'plain') throw new Error('a plain script does not travel')
    this.#connection.write(...encodeFile(program.text))
    this.#tell({ t: 'boot', kind: program.kind, script: program.script, facts })
  }

  send(rank: number, message: ToRank): void {
    this.#tell({ t: 'rank', rank, message })
  }

  signal(signal: NodeJS.Signals): void {
    this.#tell({ t: 'signal', signal })
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') this.#connection.rest(signal === 'SIGSTOP')
  }

  pauseOutput(rank: number, stream: StreamName): void {
    this.#tell({ t: 'pause', rank, stream })
  }

  resumeOutput(rank: number, stream: StreamName): void {
    this.#tell({ t: 'resume', rank, stream })
  }

  writeInput(rank: number, bytes: Buffer | null, onDrain: () => void): boolean {
    // A lost host takes everything.
    if (this.#events === null) return true
    this.#connection.write(...encodeInput(rank, bytes ?? Buffer.alloc(0)))
    this.#inputBytes += bytes?.length ?? 0
    if (this.#inputBytes <= MOST_INPUT_BYTES) return true
    this.#onDrain = onDrain
    return false
  }

  ping(): () => boolean {
    return this.#connection.ping()
  }

  async leave(): Promise<void> {
    this.#events = null
    this.#tell({ t: 'leave' })
    await this.#connection.leave()
  }

  flushed(): Promise<unknown> | null {
    return this.#connection.flushed()
  }

  #tell(message: ToAgent): void {
    this.#connection.write(encodeMessage(message))
  }

  #receive(frame: Frame): void {
    const events = this.#events
    if (events === null) return
    if (frame.kind === KIND.output) {
      const { rank, stream, piece } = decodeOutput(frame)
      this.#tellTaken(piece.bytes.length)
      if (this.#isMine(rank)) events.onOutput(rank, stream, piece)
      return
    }
    const message = decodeMessage<FromAgent>(frame)
    if ('rank' in message && !this.#isMine(message.rank)) return
    switch (message.t) {
      case 'detail':
        events.onDetail(message.text)
        break
      case 'started':
        events.onStarted(message.rank, message.pid)
        break
      case 'startFailed':
        events.onStartFailed(message.rank, Object.assign(new Error(message.error.message), message.error))
        break
      case 'ready':
        events.onReady(message.sharesMemory)
        break
      case 'rank':
        events.onMessage(message.rank, message.message)
        break
      case 'ended':
        events.onEnded(message.rank, message.end)
        break
      case 'outputEnded':
        events.onOutputEnded(message.rank)
        break
      case 'fed':
        this.#countFed(message.bytes)
        break
      case 'failed':
        this.#lose(message.why)
        break
      case 'greeting':
      case 'beat':
        break
    }
  }

  #isMine(rank: number): boolean {
    return this.#order.nodeOf[rank] === this.#order.nodeRank
  }

  #tellTaken(bytes: number): void {
    this.#takenBytes += bytes
    if (this.#takenBytes < TELL_TAKEN_BYTES) return
    this.#tell({ t: 'taken', bytes: this.#takenBytes })
    this.#takenBytes = 0
  }

  #countFed(bytes: number): void {
    this.#inputBytes -= bytes
    if (this.#inputBytes <= MOST_INPUT_BYTES) this.#drain()
  }

  #drain(): void {
    const onDrain = this.#onDrain
    this.#onDrain = null
    onDrain?.()
  }

  #lose(why: string): void {
    const events = this.#events
    this.#events = null
    this.#drain()
    events?.onLost(why)
  }
}
