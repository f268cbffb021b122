/** All figures of a run, by benchmark, ranks, row and peer, in the order of repetitions. */

import { type Summary, summarize } from './statistics.ts'

/** One line of a program. */
export interface Line {
  readonly bench: string
  readonly ranks: number
  /** Message size, or which row of the benchmark. */
  readonly bytes: number
  readonly value: number
  /** Of the slowest rank. */
  readonly max: number
  readonly iterations: number
}

export interface Figure extends Line {
  readonly peer: string
  readonly repetition: number
}

export class Measurements {
  readonly figures: Figure[] = []

  add(peer: string, repetition: number, lines: readonly Line[]): void {
    for (const line of lines) this.figures.push({ peer, repetition, ...line })
  }

  ranksOf(bench: string): number[] {
    return unique(this.figures.filter((f) => f.bench === bench).map((f) => f.ranks))
  }

  rowsOf(bench: string, ranks: number): number[] {
    return unique(this.figures.filter((f) => f.bench === bench && f.ranks === ranks).map((f) => f.bytes))
  }

  summary(peer: string, bench: string, ranks: number, bytes: number): Summary | null {
    return summarize(
      this.figures
        .filter((f) => f.peer === peer && f.bench === bench && f.ranks === ranks && f.bytes === bytes)
        .map((f) => f.value),
    )
  }

  /** Median of `peer` over median of `other`. */
  ratio(peer: string, other: string, bench: string, ranks: number, bytes: number): number | null {
    const [a, b] = [peer, other].map((p) => this.summary(p, bench, ranks, bytes)?.median)
    return a === undefined || b === undefined || b === 0 ? null : a / b
  }
}

function unique(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b)
}
