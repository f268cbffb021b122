/** The {@link Agent} for this process's own host: the ranks are its child processes. */

import type { ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import type { Duplex, Readable } from 'node:stream'
import { ControlDecoder, encodeControl, type FromRank, type ToRank } from '../bootstrap/control.ts'
import { type Place, publicVariables } from '../bootstrap/environment.ts'
import type { Agent, AgentEvents, BootFacts, ProcessEnd, RankEvents, StreamName } from './agent.ts'
import type { TransportChoice } from './arguments.ts'
import { type Janitor, startJanitor } from './janitor.ts'
import { killRemains, type Leader, leaderOf, signalGroup } from './kill.ts'
import { LaunchError } from './launch-error.ts'
import { LineAssembler } from './line-assembler.ts'
import { type Program, placeProgram } from './program.ts'
import { makeRuntimeDir, type RuntimeDir } from './runtime-dir.ts'
import { makeSegment, type NoSegment, type SharedSegment } from './shared-segment.ts'
import { findSetpriv, type RankCommand, SEGMENT_FD, spawnRank } from './spawn-rank.ts'

/** How long output is read on after a rank has ended: a process it left behind may hold the pipe for ever. */
const OUTPUT_LIMIT_MS = 1000

export interface LocalJob {
  /** As the user knows this host. */
  readonly hostname: string
  /** Number of this host in the job. */
  readonly nodeRank: number
  /** The host number of each rank of the job. */
  readonly nodeOf: readonly number[]
  readonly jobId: string
  readonly inputRank: number | null
  readonly scriptArguments: readonly string[]
  readonly transport: TransportChoice
  readonly command: Omit<RankCommand, 'setpriv' | 'readsInput' | 'segmentFd'>
  /** Stands in for the folder of the script if this host does not have it. */
  readonly standIn: string
}

interface Rank {
  readonly place: Omit<Place, keyof BootFacts>
  readonly child: ChildProcess
  readonly control: Duplex
  readonly leader: Leader
  readonly streams: Readonly<Record<StreamName, Readable>>
  alive: boolean
}

export class LocalAgent implements Agent {
  readonly hostname: string
  readonly ranks: readonly number[]
  readonly #job: LocalJob
  readonly #setpriv = findSetpriv()
  readonly #dir: RuntimeDir
  readonly #janitor: Janitor
  /** By number in the job. */
  readonly #ranks = new Map<number, Rank>()

  /** Takes a folder and a janitor at once; `leave` gives them back. */
  constructor(job: LocalJob) {
    this.#job = job
    this.#dir = makeRuntimeDir()
    this.#janitor = startJanitor(this.#dir.path, job)
    this.hostname = job.hostname
    this.ranks = [...job.nodeOf.keys()].filter((rank) => job.nodeOf[rank] === job.nodeRank)
  }

  start(events: AgentEvents): void {
    const segment = this.#makeSegment()
    events.onDetail(this.#describePath(segment))
    const fd = 'fd' in segment ? segment.fd : null
    for (const rank of this.ranks) {
      const started = this.#startRank(rank, fd, events)
      if (started) this.#ranks.set(rank, started)
    }
    // From here on the ranks alone hold the memory, and it goes with the last of them.
    if (fd !== null) closeSync(fd)
    events.onReady(fd !== null)
  }

  boot(program: Program, facts: BootFacts): void {
    const entry = placeProgram(program, this.#dir.path, this.#job.standIn)
    for (const rank of this.#ranks.values()) {
      if (!rank.alive) continue
      const order = {
        ...rank.place,
        ...facts,
        parentPid: process.pid,
        entry,
        scriptArguments: this.#job.scriptArguments,
        setDeathSignal: this.#setpriv === null,
      }
      this.send(rank.place.rank, { t: 'boot', order })
    }
  }

  send(rank: number, message: ToRank): void {
    const target = this.#ranks.get(rank)
    if (target?.alive) target.control.write(encodeControl(message))
  }

  signal(signal: NodeJS.Signals): void {
    for (const rank of this.#ranks.values()) if (rank.alive) signalGroup(rank.leader, signal)
  }

  pauseOutput(rank: number, stream: StreamName): void {
    this.#ranks.get(rank)?.streams[stream].pause()
  }

  resumeOutput(rank: number, stream: StreamName): void {
    this.#ranks.get(rank)?.streams[stream].resume()
  }

  writeInput(rank: number, bytes: Buffer | null, onDrain: () => void): boolean {
    const input = this.#ranks.get(rank)?.child.stdin
    if (!input?.writable) return true
    if (bytes === null) {
      input.end()
      return true
    }
    if (input.write(bytes)) return true
    input.once('drain', onDrain)
    return false
  }

  async leave(): Promise<void> {
    const leaders = [...this.#ranks.values()].map((rank) => rank.leader)
    killRemains(leaders, this.#job)
    this.#dir.remove()
    await this.#janitor.dismiss()
  }

  ping(): () => boolean {
    return () => true
  }

  flushed(): null {
    return null
  }

  /** Throws if there is no shared memory and the user will have nothing else. */
  #makeSegment(): SharedSegment | NoSegment {
    const { jobId, transport } = this.#job
    if (transport === 'zmq') return { why: 'as --transport zmq says' }
    if (this.ranks.length === 1) return { why: 'there is one rank' }
    const segment = makeSegment(jobId, this.ranks.length)
    if ('why' in segment && transport === 'shm') {
      throw new LaunchError(
        `--transport shm: there is no shared memory on ${this.hostname}: ${segment.why}; ` +
          'with --transport auto, the default, the ranks would use ZeroMQ',
      )
    }
    return segment
  }

  #describePath(segment: SharedSegment | NoSegment): string {
    const size = this.ranks.length
    const path = 'fd' in segment ? `shared memory (${segment.origin})` : `ZeroMQ (${segment.why})`
    return `${size} ${size === 1 ? 'rank' : 'ranks'} on ${this.hostname}; messages go through ${path}`
  }

  #startRank(rank: number, segmentFd: number | null, events: RankEvents): Rank | null {
    const { nodeRank, nodeOf, jobId, hostname, inputRank, command } = this.#job
    const place = {
      rank,
      size: nodeOf.length,
      localRank: this.ranks.indexOf(rank),
      localSize: this.ranks.length,
      nodeRank,
      nodeOf,
      jobId,
      hostname,
      runtimeDir: this.#dir.path,
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
  #listen(self: Rank, events: RankEvents): void {
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

  #readOutput(self: Rank, name: StreamName, events: RankEvents): Promise<void> {
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
