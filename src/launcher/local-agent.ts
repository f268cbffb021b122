/** The {@link Agent} for the launcher's own host: child processes of this one. */

import type { ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Duplex, Readable } from 'node:stream'
import {
  ControlDecoder,
  type Entry,
  encodeControl,
  type FromRank,
  type ToRank,
} from '../bootstrap/control.ts'
import { type Place, publicVariables } from '../bootstrap/environment.ts'
import type { Agent, AgentEvents, ProcessEnd, StreamName } from './agent.ts'
import type { TransportChoice } from './arguments.ts'
import { killRemains, type Leader, leaderOf, signalGroup } from './kill.ts'
import { LaunchError } from './launch-error.ts'
import { LineAssembler } from './line-assembler.ts'
import { makeSegment, type NoSegment, type SharedSegment } from './shared-segment.ts'
import { findSetpriv, type RankCommand, SEGMENT_FD, spawnRank } from './spawn-rank.ts'

/** How long output is read on after a rank has ended: a process it left behind may hold the pipe for ever. */
const OUTPUT_LIMIT_MS = 1000

export interface LocalJob {
  readonly size: number
  readonly jobId: string
  readonly runtimeDir: string
  readonly inputRank: number | null
  readonly scriptArguments: readonly string[]
  readonly transport: TransportChoice
  readonly command: Omit<RankCommand, 'setpriv' | 'readsInput' | 'segmentFd'>
}

interface Rank {
  readonly place: Place
  readonly child: ChildProcess
  readonly control: Duplex
  readonly leader: Leader
  readonly streams: Readonly<Record<StreamName, Readable>>
  alive: boolean
}

export class LocalAgent implements Agent {
  readonly hostname = hostname()
  readonly #job: LocalJob
  readonly #setpriv = findSetpriv()
  #ranks: (Rank | null)[] = []

  constructor(job: LocalJob) {
    this.#job = job
  }

  start(events: AgentEvents): void {
    const segment = this.#makeSegment()
    events.onDetail(this.#describePath(segment))
    const fd = 'fd' in segment ? segment.fd : null
    for (let rank = 0; rank < this.#job.size; rank++) this.#ranks.push(this.#startRank(rank, fd, events))
    // From here on the ranks alone hold the memory, and it goes with the last of them.
    if (fd !== null) closeSync(fd)
  }

  boot(entry: Entry): void {
    for (const rank of this.#ranks) {
      if (!rank?.alive) continue
      const order = {
        ...rank.place,
        parentPid: process.pid,
        entry,
        scriptArguments: this.#job.scriptArguments,
        setDeathSignal: this.#setpriv === null,
      }
      this.send(rank.place.rank, { t: 'boot', order })
    }
  }

  send(rank: number, message: ToRank): void {
    const target = this.#ranks[rank]
    if (target?.alive) target.control.write(encodeControl(message))
  }

  signal(signal: NodeJS.Signals): void {
    for (const rank of this.#ranks) if (rank?.alive) signalGroup(rank.leader, signal)
  }

  pauseOutput(rank: number, stream: StreamName): void {
    this.#ranks[rank]?.streams[stream].pause()
  }

  resumeOutput(rank: number, stream: StreamName): void {
    this.#ranks[rank]?.streams[stream].resume()
  }

  writeInput(rank: number, bytes: Buffer | null, onDrain: () => void): boolean {
    const input = this.#ranks[rank]?.child.stdin
    if (!input?.writable) return true
    if (bytes === null) {
      input.end()
      return true
    }
    if (input.write(bytes)) return true
    input.once('drain', onDrain)
    return false
  }

  killRemains(): void {
    const leaders = this.#ranks.flatMap((rank) => (rank ? [rank.leader] : []))
    killRemains(leaders, this.#job.jobId)
  }

  /** Throws if there is no shared memory and the user will have nothing else. */
  #makeSegment(): SharedSegment | NoSegment {
    const { size, jobId, transport } = this.#job
    if (transport === 'zmq') return { why: 'as --transport zmq says' }
    if (size === 1) return { why: 'there is one rank' }
    const segment = makeSegment(jobId, size)
    if ('why' in segment && transport === 'shm') {
      throw new LaunchError(
        `--transport shm: there is no shared memory on ${this.hostname}: ${segment.why}; ` +
          'with --transport auto, the default, the ranks would use ZeroMQ',
      )
    }
    return segment
  }

  #describePath(segment: SharedSegment | NoSegment): string {
    const { size } = this.#job
    const path = 'fd' in segment ? `shared memory (${segment.origin})` : `ZeroMQ (${segment.why})`
    return `${size} ${size === 1 ? 'rank' : 'ranks'} on ${this.hostname}; messages go through ${path}`
  }

  #startRank(rank: number, segmentFd: number | null, events: AgentEvents): Rank | null {
    const { size, jobId, runtimeDir, inputRank, command } = this.#job
    const place: Place = {
      rank,
      size,
      localRank: rank,
      localSize: size,
      nodeRank: 0,
      nodeOf: new Array<number>(size).fill(0),
      sharing: [segmentFd !== null],
      net: null,
      bracketing: 'placement',
      jobId,
      hostname: this.hostname,
      runtimeDir,
      segmentFd: segmentFd === null ? null : SEGMENT_FD,
    }
    let child: ChildProcess
    try {
      child = spawnRank({
        ...command,
        env: { ...command.env, ...publicVariables(place) },
        setpriv: this.#setpriv,
        readsInput: rank === inputRank,
        segmentFd,
      })
    } catch (error) {
      // Some failures are thrown, the others come as an event.
      events.onStartFailed(rank, error as Error)
      return null
    }
    child.on('error', (error) => {
      if (child.pid === undefined) events.onStartFailed(rank, error)
    })
    if (child.pid === undefined) return null
    const self: Rank = {
      place,
      child,
      control: child.stdio[3] as Duplex,
      leader: leaderOf(child.pid),
      streams: { stdout: child.stdout!, stderr: child.stderr! },
      alive: true,
    }
    events.onStarted(rank, child.pid)
    // A rank that does not read its input, or has just ended, is no error of ours.
    child.stdin?.on('error', () => {})
    this.#listen(self, events)
    return self
  }

  /** Must run in the turn of the spawn: Node discards the output that nobody listens for at the exit. */
  #listen(self: Rank, events: AgentEvents): void {
    const { rank } = self.place
    const decoder = new ControlDecoder<FromRank>()
    self.control.on('error', () => {})
    self.control.on('data', (chunk: Buffer) => {
      for (const message of decode(decoder, chunk)) events.onMessage(rank, message)
    })
    const outputEnds = [this.#readOutput(self, 'stdout', events), this.#readOutput(self, 'stderr', events)]
    const controlEnds = new Promise<void>((resolve) => self.control.once('close', resolve))
    const processEnds = new Promise<ProcessEnd>((resolve) => {
      self.child.once('exit', (code, signal) => resolve({ code, signal }))
    })
    void processEnds.then(async (end) => {
      self.alive = false
      // What it left in its group goes with it; it could hold the pipes open.
      signalGroup(self.leader, 'SIGKILL')
      limitReading(self.control)
      await controlEnds
      events.onEnded(rank, end)
      for (const stream of Object.values(self.streams)) limitReading(stream)
      await Promise.all(outputEnds)
      events.onOutputEnded(rank)
    })
  }

  #readOutput(self: Rank, name: StreamName, events: AgentEvents): Promise<void> {
    const { rank } = self.place
    const stream = self.streams[name]
    const assembler = new LineAssembler()
    stream.on('data', (chunk: Buffer) => {
      for (const piece of assembler.push(chunk)) events.onOutput(rank, name, piece)
    })
    stream.on('error', () => {})
    return new Promise((resolve) => {
      stream.once('close', () => {
        const rest = assembler.end()
        if (rest) events.onOutput(rank, name, rest)
        resolve()
      })
    })
  }
}

/** The messages in `chunk`; the end of the job if they are none of ours. */
function decode(decoder: ControlDecoder<FromRank>, chunk: Buffer): FromRank[] {
  try {
    return decoder.push(chunk)
  } catch (error) {
    const why = `something wrote to file descriptor 3, its connection to tsrun: ${(error as Error).message}`
    return [{ t: 'abort', code: 1, why }]
  }
}

/** Closes `stream` a while after it has been readable; a paused one waits for its reader first. */
function limitReading(stream: Readable): void {
  if (stream.destroyed) return
  const limit = setTimeout(() => {
    if (stream.isPaused()) stream.once('resume', () => limitReading(stream))
    else stream.destroy()
  }, OUTPUT_LIMIT_MS)
  stream.once('close', () => clearTimeout(limit))
}
