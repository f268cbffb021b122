/** All ranks of a job: hands on to each host's agent what is for its ranks, and waits until all hosts are ready. */

import type { ToRank } from '../bootstrap/control.ts'
import type { Agent, BootFacts, RankControl, RankEvents, StreamName } from './agent.ts'
import type { Program } from './program.ts'

/** A host of the job, as reports name it. */
export interface HostOfJob {
  readonly hostname: string
  readonly ranks: readonly number[]
}

export interface FleetEvents extends RankEvents {
  /** Nothing more will be heard of these ranks. */
  onHostLost(host: HostOfJob, why: string): void
}

export class Fleet implements RankControl {
  /** Resolves when every rank of every host waits for `boot`, with which hosts have shared memory. */
  readonly ready: Promise<readonly boolean[]>
  readonly #agents: readonly Agent[]
  readonly #agentOf = new Map<number, Agent>()
  readonly #sharing: (boolean | null)[]
  #resolveReady: (sharing: readonly boolean[]) => void = () => {}

  /** `agents`: by number of their host. */
  constructor(agents: readonly Agent[]) {
    this.#agents = agents
    for (const agent of agents) for (const rank of agent.ranks) this.#agentOf.set(rank, agent)
    this.#sharing = agents.map(() => null)
    this.ready = new Promise((resolve) => {
      this.#resolveReady = resolve
    })
  }

  /** The host of `rank`. */
  hostOf(rank: number): HostOfJob {
    return this.#of(rank)
  }

  /** Asks the host of `rank` for a sign of life; the returned function says whether there has been one since. */
  ping(rank: number): () => boolean {
    return this.#of(rank).ping()
  }

  start(events: FleetEvents): void {
    for (const [node, agent] of this.#agents.entries()) {
      agent.start({
        onDetail: (text) => events.onDetail(text),
        onStarted: (rank, pid) => events.onStarted(rank, pid),
        onStartFailed: (rank, error) => events.onStartFailed(rank, error),
        onMessage: (rank, message) => events.onMessage(rank, message),
        onOutput: (rank, stream, piece) => events.onOutput(rank, stream, piece),
        onEnded: (rank, end) => events.onEnded(rank, end),
        onOutputEnded: (rank) => events.onOutputEnded(rank),
        onReady: (sharesMemory) => {
          this.#sharing[node] = sharesMemory
          if (this.missing().length === 0) this.#resolveReady(this.#sharing.map((shares) => shares === true))
        },
        onLost: (why) => events.onHostLost(agent, why),
      })
    }
  }

  /** The hosts whose ranks have not all been started. */
  missing(): HostOfJob[] {
    return this.#agents.filter((_, node) => this.#sharing[node] === null)
  }

  /** `facts`: by number of the host. */
  boot(program: Program, facts: readonly BootFacts[]): void {
    for (const [node, agent] of this.#agents.entries()) agent.boot(program, facts[node]!)
  }

  send(rank: number, message: ToRank): void {
    this.#of(rank).send(rank, message)
  }

  signal(signal: NodeJS.Signals): void {
    for (const agent of this.#agents) agent.signal(signal)
  }

  pauseOutput(rank: number, stream: StreamName): void {
    this.#of(rank).pauseOutput(rank, stream)
  }

  resumeOutput(rank: number, stream: StreamName): void {
    this.#of(rank).resumeOutput(rank, stream)
  }

  writeInput(rank: number, bytes: Buffer | null, onDrain: () => void): boolean {
    return this.#of(rank).writeInput(rank, bytes, onDrain)
  }

  async leave(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.leave()))
  }

  flushed(): Promise<unknown> | null {
    const waits = this.#agents.flatMap((agent) => agent.flushed() ?? [])
    return waits.length === 0 ? null : Promise.all(waits)
  }

  #of(rank: number): Agent {
    return this.#agentOf.get(rank)!
  }
}
