/** The output of all ranks of a job, led to where the plan wants it. */

import type { StreamName } from './agent.ts'
import type { RankedPlan } from './arguments.ts'
import type { Fleet } from './fleet.ts'
import type { Piece } from './line-assembler.ts'
import { LineWriter, RankFiles, type Source } from './output.ts'

export class JobOutput {
  readonly #plan: RankedPlan
  readonly #writers: Readonly<Record<StreamName, LineWriter>>
  readonly #files: RankFiles | null
  #sources: Readonly<Record<StreamName, Source>>[] = []
  readonly #pids: number[] = []
  #closed = false

  constructor(plan: RankedPlan) {
    this.#plan = plan
    this.#writers = { stdout: new LineWriter(process.stdout), stderr: new LineWriter(process.stderr) }
    this.#files = plan.outputDir === null ? null : new RankFiles(plan.outputDir, plan.ranks)
  }

  /** `onClosed`: nobody reads our output any more. */
  attach(fleet: Fleet, onClosed: () => void): void {
    const sourceOf = (rank: number, stream: StreamName): Source => {
      // A file and the terminal may both want it to wait.
      let pauses = 0
      return {
        rank,
        stream,
        prefix: () => this.#prefix(rank, fleet.hostOf(rank).hostname),
        pause: () => {
          if (pauses++ === 0) fleet.pauseOutput(rank, stream)
        },
        resume: () => {
          if (--pauses === 0) fleet.resumeOutput(rank, stream)
        },
      }
    }
    this.#sources = Array.from({ length: this.#plan.ranks }, (_, rank) => ({
      stdout: sourceOf(rank, 'stdout'),
      stderr: sourceOf(rank, 'stderr'),
    }))
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', () => {
        this.#closed = true
        onClosed()
      })
    }
  }

  setPid(rank: number, pid: number): void {
    this.#pids[rank] = pid
  }

  write(rank: number, stream: StreamName, piece: Piece): void {
    const source = this.#sources[rank]![stream]
    this.#files?.write(source, piece)
    if (this.#closed || (this.#files && !this.#plan.tee)) return
    this.#writers[stream].write(source, piece)
  }

  /** A message of the launcher itself. */
  note(text: string): void {
    if (text !== '') this.#writers.stderr.note(text)
  }

  async flush(): Promise<void> {
    await Promise.all([this.#writers.stdout.flush(), this.#writers.stderr.flush(), this.#files?.flush()])
  }

  #prefix(rank: number, hostname: string): string {
    const { tag, timestamp } = this.#plan
    const time = timestamp ? `${timeOfDay(new Date())} ` : ''
    if (tag === 'none') return time
    return tag === 'rank' ? `${time}[${rank}] ` : `${time}[${rank}@${hostname}:${this.#pids[rank]}] `
  }
}

function timeOfDay(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const ms = String(now.getMilliseconds()).padStart(3, '0')
  return `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}.${ms}`
}
