/**
 * What the launcher wants of whoever runs the ranks of one host. The only one so far runs them here; one
 * at the other end of an ssh connection will look the same.
 *
 * Nothing here blocks. Orders to ranks that have ended are ignored.
 */

import type { Entry, FromRank, ToRank } from '../bootstrap/control.ts'
import type { Piece } from './line-assembler.ts'

export type StreamName = 'stdout' | 'stderr'

/** How a process ended: by a code or by a signal. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface AgentEvents {
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

export interface Agent {
  readonly hostname: string
  /** Starts all ranks; they wait for `boot`. */
  start(events: AgentEvents): void
  /** Lets all ranks run the script. */
  boot(entry: Entry): void
  send(rank: number, message: ToRank): void
  /** Sends a signal to every living rank and whatever is in its process group. */
  signal(signal: NodeJS.Signals): void
  pauseOutput(rank: number, stream: StreamName): void
  resumeOutput(rank: number, stream: StreamName): void
  /** False: wait for `onDrain` before the next one. Null ends the input. */
  writeInput(rank: number, bytes: Buffer | null, onDrain: () => void): boolean
  /** Kills every process of the job on this host that is still there. */
  killRemains(): void
}
