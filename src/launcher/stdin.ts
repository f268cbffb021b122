/**
 * Feeds this process's standard input to one rank.
 *
 * Always through a pipe: a rank that had the terminal itself would read Ctrl-C there.
 */

import { readProcess } from './process-table.ts'

export interface InputTarget {
  /** False: wait for `onDrain`. Null: the input has ended. */
  write(bytes: Buffer | null, onDrain: () => void): boolean
}

/** A shell that brings a running job forward does not tell it. */
const LOOK_EVERY_MS = 1000

/** Feeds `target` until the input or this process ends. */
export function feedInput(target: InputTarget): void {
  const { stdin } = process
  const gate = new Gate(stdin)
  stdin.on('data', (chunk: Buffer) => {
    if (!target.write(chunk, () => gate.open('full'))) gate.close('full')
  })
  stdin.on('end', () => target.write(null, () => {}))
  // A folder, or a terminal that went away: an input that cannot be read is an empty one.
  stdin.on('error', () => target.write(null, () => {}))
  if (stdin.isTTY) keepToForeground(gate)
}

/** Who reads the terminal from the background is stopped by it (SIGTTIN), and the whole job with it. */
function keepToForeground(gate: Gate): void {
  const look = () => {
    if (inForeground()) gate.open('background')
    else gate.close('background')
  }
  process.on('SIGCONT', look)
  setInterval(look, LOOK_EVERY_MS).unref()
  look()
}

/** Lets a stream flow while there is no reason against it. */
class Gate {
  readonly #stream: NodeJS.ReadStream
  readonly #reasons = new Set<string>()

  constructor(stream: NodeJS.ReadStream) {
    this.#stream = stream
  }

  close(reason: string): void {
    this.#reasons.add(reason)
    this.#stream.pause()
  }

  open(reason: string): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#stream.resume()
  }
}

function inForeground(): boolean {
  const self = readProcess(process.pid)
  return self === null || self.terminalGroup === self.group
}
