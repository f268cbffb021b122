/**
 * What the threads of a foreign job's ranks say to each other and to their own programs: the control messages
 * of a rank under tsrun, and what nobody has to say where a launcher is.
 */

import type { FromRank, ToRank } from '../control.ts'
import type { Place } from '../environment.ts'

/** What a rank tells about itself when it comes. */
export interface Guest {
  readonly rank: number
  readonly pid: number
  readonly hostname: string
  /** Ranks with the same key are on the same host and reach each other's files. */
  readonly hostKey: string
  /** The address it has towards rank 0. */
  readonly address: string
  /** Its folder, see folder.ts. */
  readonly folder: string
}

export interface Seat {
  readonly place: Place
  /** Of rank 0, whose end is known by that of the connection. */
  readonly hub: Pick<Guest, 'pid' | 'hostname'>
}

/** The thread of a rank to that of rank 0. */
export type ToHub =
  | { readonly t: 'guest'; readonly guest: Guest }
  | FromRank
  /** Answered by `heard`: whatever came before it has been heard too. */
  | { readonly t: 'heard?'; readonly id: number }
  /** The answer to `over`: whatever becomes of rank 0 now. */
  | { readonly t: 'parted' }

/** The thread of rank 0 to that of another rank. */
export type FromHub =
  | { readonly t: 'seat'; readonly seat: Seat }
  /** Not all ranks have come: there will be no job. */
  | { readonly t: 'noJob'; readonly why: string }
  | ToRank
  | { readonly t: 'heard'; readonly id: number }
  | { readonly t: 'aborted'; readonly rank: number; readonly code: number }
  /** Rank 0 has nothing more to say. */
  | { readonly t: 'over' }

/** A rank's program to its thread. */
export type ToThread =
  | FromRank
  /** The program waits, not running, until the thread has raised flag HEARD to `id`. */
  | { readonly t: 'heard?'; readonly id: number }

/** A thread to its rank's program. */
export type FromThread =
  | { readonly t: 'seat'; readonly seat: Seat }
  | { readonly t: 'noJob'; readonly why: string }
  | ToRank
  | { readonly t: 'aborted'; readonly rank: number; readonly code: number }

/** Places in the memory that a program and its thread share: the program sleeps on them. */
export const Flag = {
  /** The thread runs, and keeps the time from now on. */
  RUNS: 0,
  /** The first message for the program is there. */
  READY: 1,
  /** The highest id of `heard?` that was answered. */
  HEARD: 2,
  /** In rank 0: Ending, once it may leave. */
  END: 3,
  /** In rank 0: the exit code that goes with Ending.BAD. */
  CODE: 4,
} as const

export const FLAGS = 5

export const Ending = { NOT_YET: 0, GOOD: 1, BAD: 2 } as const
