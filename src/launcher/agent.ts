/**
 * What the launcher wants of whoever runs the ranks of one host: child processes of its own (LocalAgent), or a
 * program at the other end of an ssh connection (RemoteAgent). Ranks always go by their number in the job.
 *
 * Nothing here blocks. Orders to ranks that have ended are ignored.
 */

import type { FromRank, ToRank } from '../bootstrap/control.ts'
import type { Net, Place } from '../bootstrap/environment.ts'
import type { Piece } from './line-assembler.ts'
import type { Program } from './program.ts'

export type StreamName = 'stdout' | 'stderr'

/** How a process ended: by a code or by a signal. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What happens to ranks. */
export interface RankEvents {
  /** How the job is being run, for somebody who asks. */
  onDetail(text: string): void
  onStarted(rank: number, pid: number): void
  onStartFailed(rank: number, error: Error): void
  onMessage(rank: number, message: FromRank): void
  onOutput(rank: number, stream: StreamName, piece: Piece): void
  /** The process has ended. Comes after all its messages. */
  onEnded(rank: number, end: ProcessEnd): void
  /** All its output has come. Last event of a rank that was started. */
  onOutputEnded(rank: number): void
}

/** What happens to the ranks of one host, and to the host. */
export interface AgentEvents extends RankEvents {
  /** Every rank has been started, or could not be. */
  onReady(sharesMemory: boolean): void
  /** Nothing more will be heard of this host. Last event of an agent. */
  onLost(why: string): void
}

/** What may be asked of ranks, wherever they run. */
export interface RankControl {
  send(rank: number, message: ToRank): void
  /** Sends a signal to every living rank and whatever is in its process group. */
  signal(signal: NodeJS.Signals): void
  pauseOutput(rank: number, stream: StreamName): void
  resumeOutput(rank: number, stream: StreamName): void
  /** False: wait for `onDrain` before the next one. Null ends the input. */
  writeInput(rank: number, bytes: Buffer | null, onDrain: () => void): boolean
  /** Kills every process of the job that is still there; resolves when nothing of it is left. */
  leave(): Promise<void>
  /** Resolves when all that was said so far is on its way; null: it is. */
  flushed(): Promise<unknown> | null
}

/** What ranks have to know before they can run, and only all hosts together can tell. */
export interface BootFacts {
  readonly sharing: readonly boolean[]
  readonly net: Net | null
  readonly bracketing: Place['bracketing']
}

export interface Agent extends RankControl {
  /** As the user knows the host. */
  readonly hostname: string
  readonly ranks: readonly number[]
  /** Starts all ranks; they wait for `boot`. */
  start(events: AgentEvents): void
  /** Asks the host for a sign of life; the returned function says whether there has been one since. */
  ping(): () => boolean
  /** Lets all ranks run the program. */
  boot(program: Program, facts: BootFacts): void
}
