/**
 * The control channel between a rank and its host's agent: messages and framing.
 *
 * A frame is a 4-byte little-endian length and that many bytes of JSON. It runs over fd 3 of a rank; an agent on
 * another host hands the messages on to the launcher. Nothing of a program's data passes here.
 */

import { BootstrapError } from '../errors.ts'
import type { Place } from './environment.ts'
import type { Activity } from './job.ts'

/** How boot.ts shall run the script. */
export type Entry =
  /** A JavaScript file that nobody compiled, run as `node path` would. */
  | { readonly kind: 'plain'; readonly path: string }
  /** The compiled module at `url`. */
  | { readonly kind: 'module'; readonly url: string }
  /** Compiled CommonJS in the file `compiled`, run under the name of its source `path`. `packages`: looked through last. */
  | {
      readonly kind: 'commonjs'
      readonly compiled: string
      readonly path: string
      readonly packages: string
    }

/** Everything boot.ts must know before the script may run. */
export interface BootOrder extends Place {
  /** Pid of the process that started this rank; another parent means that it is already gone. */
  readonly parentPid: number
  readonly entry: Entry
  /** The script's arguments. Not in argv: Node 20 takes an `--env-file` there for its own. */
  readonly scriptArguments: readonly string[]
  /** Whether boot must ask for the parent-death signal itself, because setpriv was not there. */
  readonly setDeathSignal: boolean
}

/** What the launcher is told of something thrown that nobody caught. */
export interface UncaughtError {
  /** The stack of an Error; of anything else, which has none, what it looks like. */
  readonly text: string
  readonly isError: boolean
  /** The rank that found the error and sent it here; it usually fails by it too, and is the one to name. */
  readonly foundBy?: number
}

/** Rank to launcher. */
export type FromRank =
  /** First message of a rank: tells the versions apart before anything else can go wrong. */
  | { readonly t: 'hello'; readonly version: string; readonly pid: number }
  | { readonly t: 'publish'; readonly card: string }
  | { readonly t: 'card?'; readonly rank: number }
  | { readonly t: 'finished' }
  /** The transport has lost `rank`. If its process lives on, nobody else will ever tell. */
  | { readonly t: 'lost'; readonly rank: number; readonly reason: string }
  | { readonly t: 'abort'; readonly code: number; readonly why: string }
  /** Something uncaught. Not the end yet: a handler of the program may swallow it. */
  | { readonly t: 'uncaught'; readonly error: UncaughtError; readonly activity: Activity }
  /** Last message, from the `exit` event. `owed` non-null: it left while others still counted on it. */
  | { readonly t: 'exit'; readonly code: number; readonly owed: string | null; readonly activity: Activity }
  | { readonly t: 'activity'; readonly id: number; readonly activity: Activity }

/** Launcher to rank. */
export type ToRank =
  /** First message to a rank; it waits for this one before it does anything. */
  | { readonly t: 'boot'; readonly order: BootOrder }
  | { readonly t: 'card'; readonly rank: number; readonly card: string }
  | { readonly t: 'want' }
  /** `rank` is done. `left`: and its process has ended; else it is still there. */
  | { readonly t: 'finished'; readonly rank: number; readonly left: boolean }
  /** Answer to `card?`: the process of `rank` has ended well, so its card is of no use. */
  | { readonly t: 'left'; readonly rank: number }
  | { readonly t: 'failed'; readonly rank: number; readonly reason: string }
  | { readonly t: 'allFinished' }
  | { readonly t: 'activity?'; readonly id: number }

/** A control frame is small; a longer length means that the stream is not ours. */
export const MAX_CONTROL_BYTES = 16 * 1024 * 1024

/** One message, ready to be written. */
export function encodeControl(message: FromRank | ToRank): Buffer {
  const json = Buffer.from(JSON.stringify(message))
  const out = Buffer.allocUnsafe(4 + json.length)
  out.writeUInt32LE(json.length, 0)
  json.copy(out, 4)
  return out
}

/** Cuts a byte stream into messages. */
export class ControlDecoder<M extends FromRank | ToRank> {
  #rest: Buffer = Buffer.alloc(0)

  /** The messages completed by `chunk`, in order. */
  push(chunk: Buffer): M[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const out: M[] = []
    while (this.#rest.length >= 4) {
      const length = this.#rest.readUInt32LE(0)
      if (length > MAX_CONTROL_BYTES) {
        throw new BootstrapError(
          `a control frame claims ${length} bytes; the stream is not a tsmpi control channel`,
        )
      }
      if (this.#rest.length < 4 + length) break
      out.push(JSON.parse(this.#rest.toString('utf8', 4, 4 + length)) as M)
      this.#rest = this.#rest.subarray(4 + length)
    }
    return out
  }
}
