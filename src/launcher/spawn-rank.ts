/** Starts one rank's process on this host. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Environment } from './rank-environment.ts'

const BOOT = fileURLToPath(new URL('../bootstrap/boot.js', import.meta.url))

export interface RankCommand {
  /** As `process.argv[1]` and `ps` shall show it. */
  readonly script: string
  readonly cwd: string
  readonly env: Environment
  /** Path of setpriv, or null where there is none. */
  readonly setpriv: string | null
  readonly readsInput: boolean
  /** Becomes descriptor {@link SEGMENT_FD} of the rank; null: it has none. */
  readonly segmentFd: number | null
}

/**
 * Where a rank finds the memory it shares with others; behind the control channel. Node marks what it inherits
 * as close-on-exec when it starts, so no process that the script starts has it.
 */
export const SEGMENT_FD = 4

/**
 * How V8 runs in a rank. Ranks that exchange short messages make short-lived objects by the million, and each
 * collection of them also stops whoever waits for this rank: from 16 MiB on they are rare enough that a gather of
 * 8 bytes takes two thirds of the time. And what a message passes through on its way is more code than V8 would
 * put into one function by itself; but a larger bound than this keeps the compiler busy for so long that kernels of
 * a second or less take a quarter more.
 */
const V8_FLAGS = ['--min-semi-space-size=16', '--max-inlined-bytecode-size-cumulative=1500']

/**
 * The rank leads a session of its own: Ctrl-C reaches the launcher alone, and its group can be killed whole.
 * Its input is never the terminal itself, or it would read Ctrl-C there.
 */
export function spawnRank(command: RankCommand): ChildProcess {
  const node = [process.execPath, ...V8_FLAGS, BOOT, command.script]
  const [file, ...args] = command.setpriv ? [command.setpriv, '--pdeathsig', 'KILL', '--', ...node] : node
  return spawn(file!, args, {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: [
      command.readsInput ? 'pipe' : 'ignore',
      'pipe',
      'pipe',
      'pipe',
      ...(command.segmentFd === null ? [] : [command.segmentFd]),
    ],
  })
}

/** setpriv of util-linux sets the parent-death signal before Node even starts; busybox's cannot. */
export function findSetpriv(): string | null {
  for (const path of ['/usr/bin/setpriv', '/bin/setpriv']) {
    if (existsSync(path) && !realpathSync(path).includes('busybox')) return path
  }
  return null
}
