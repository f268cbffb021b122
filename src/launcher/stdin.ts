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

/** Starts feeding; the returned function stops. */
export function feedInput(target: InputTarget): () => void {
  if (process.stdin.isTTY && !inForeground()) {
    // Reading the terminal from the background stops the reader (SIGTTIN). Begin when brought forward.
    const onContinue = () => {
      if (!inForeground()) return
      process.off('SIGCONT', onContinue)
      feed(target)
    }
    process.on('SIGCONT', onContinue)
  } else {
    feed(target)
  }
  return () => process.stdin.pause()
}

function feed(target: InputTarget): void {
  const { stdin } = process
  stdin.on('data', (chunk: Buffer) => {
    if (!target.write(chunk, () => stdin.resume())) stdin.pause()
  })
  stdin.on('end', () => target.write(null, () => {}))
  // A folder, or a terminal that went away: an input that cannot be read is an empty one.
  stdin.on('error', () => target.write(null, () => {}))
}

function inForeground(): boolean {
  const self = readProcess(process.pid)
  return self === null || self.terminalGroup === self.group
}
