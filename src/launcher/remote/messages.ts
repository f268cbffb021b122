/** What the launcher and an agent on another host say to each other, and how it is put into frames. */

import type { FromRank, ToRank } from '../../bootstrap/control.ts'
import type { BootFacts, ProcessEnd, StreamName } from '../agent.ts'
import type { TransportChoice } from '../arguments.ts'
import type { Piece } from '../line-assembler.ts'
import type { Environment } from '../rank-environment.ts'
import type { HostFacts } from './facts.ts'
import { encodeFrame, type Frame, KIND, PART_BYTES } from './frames.ts'

/**
 * The line that ends whatever the login shell of the other host has to say, and begins the frames. What comes
 * first then, the greeting, tells the versions apart, and therefore never changes its form.
 */
export const MARKER = '*tsmpi-agent*'

/** The job, as one host has to know it. */
export interface StartOrder {
  readonly hostname: string
  readonly nodeRank: number
  readonly nodeOf: readonly number[]
  readonly jobId: string
  readonly inputRank: number | null
  readonly script: string
  readonly scriptArguments: readonly string[]
  readonly transport: TransportChoice
  readonly wdir: string
  /** Added to the host's own. */
  readonly variables: Environment
  /** Stands in for the folder of the script. */
  readonly standIn: string
}

export type ToAgent =
  | { readonly t: 'start'; readonly order: StartOrder }
  /** The program's text has come before, as a file. */
  | {
      readonly t: 'boot'
      readonly kind: 'module' | 'commonjs'
      readonly script: string
      readonly facts: BootFacts
    }
  | { readonly t: 'rank'; readonly rank: number; readonly message: ToRank }
  | { readonly t: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly t: 'pause' | 'resume'; readonly rank: number; readonly stream: StreamName }
  /** So many bytes of output have arrived. */
  | { readonly t: 'taken'; readonly bytes: number }
  | { readonly t: 'leave' }
  /** Wants a beat in answer. */
  | { readonly t: 'ping' }
  | { readonly t: 'beat' }

export type FromAgent =
  /** First of all. */
  | { readonly t: 'greeting'; readonly version: string; readonly node: string; readonly facts?: HostFacts }
  | { readonly t: 'detail'; readonly text: string }
  | { readonly t: 'started'; readonly rank: number; readonly pid: number }
  | {
      readonly t: 'startFailed'
      readonly rank: number
      readonly error: { readonly message: string; readonly code?: string }
    }
  | { readonly t: 'ready'; readonly sharesMemory: boolean }
  | { readonly t: 'rank'; readonly rank: number; readonly message: FromRank }
  | { readonly t: 'ended'; readonly rank: number; readonly end: ProcessEnd }
  | { readonly t: 'outputEnded'; readonly rank: number }
  /** So many bytes of its input have been taken by `rank`. */
  | { readonly t: 'fed'; readonly rank: number; readonly bytes: number }
  /** This host cannot go on; nothing of the job is left on it. */
  | { readonly t: 'failed'; readonly why: string }
  | { readonly t: 'beat' }

export function encodeMessage(message: ToAgent | FromAgent): Buffer {
  return encodeFrame(KIND.json, Buffer.from(JSON.stringify(message)))
}

export function decodeMessage<M extends ToAgent | FromAgent>({ payload }: Frame): M {
  return JSON.parse(payload.toString('utf8')) as M
}

const STARTS = 1
const ENDS = 2
const STDERR = 4

/** A piece of a rank's output: its number, flags, the bytes. */
export function encodeOutput(rank: number, stream: StreamName, piece: Piece): Buffer {
  const head = Buffer.allocUnsafe(5)
  head.writeUInt32LE(rank, 0)
  head[4] = (piece.starts ? STARTS : 0) | (piece.ends ? ENDS : 0) | (stream === 'stderr' ? STDERR : 0)
  return encodeFrame(KIND.output, head, piece.bytes)
}

export function decodeOutput({ payload }: Frame): { rank: number; stream: StreamName; piece: Piece } {
  const flags = payload[4]!
  return {
    rank: payload.readUInt32LE(0),
    stream: (flags & STDERR) !== 0 ? 'stderr' : 'stdout',
    piece: {
      bytes: payload.subarray(5),
      starts: (flags & STARTS) !== 0,
      ends: (flags & ENDS) !== 0,
    },
  }
}

/** Input of a rank; of no bytes: its end. */
export function encodeInput(rank: number, bytes: Buffer): Buffer[] {
  const head = Buffer.allocUnsafe(4)
  head.writeUInt32LE(rank, 0)
  return partsOf(bytes).map((part) => encodeFrame(KIND.input, head, part))
}

export function decodeInput({ payload }: Frame): { rank: number; bytes: Buffer | null } {
  const bytes = payload.subarray(4)
  return { rank: payload.readUInt32LE(0), bytes: bytes.length === 0 ? null : bytes }
}

/** The text of the program. */
export function encodeFile(bytes: Uint8Array): Buffer[] {
  return partsOf(bytes).map((part) => encodeFrame(KIND.file, part))
}

/** At least one, be it empty. */
function partsOf(bytes: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += PART_BYTES)
    out.push(bytes.subarray(at, at + PART_BYTES))
  return out
}
