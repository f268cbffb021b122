/** Runs one program once and reads its lines. */

import { spawn } from 'node:child_process'
import type { Line } from './measurements.ts'

export interface Outcome {
  readonly lines: readonly Line[]
  readonly wallMs: number
  readonly stdout: string
}

export class RunError extends Error {}

/** Programs that run now; the driver ends them when it is itself told to end. */
const running = new Set<number>()

/** Ends, with their ranks, the programs that still run. */
export function endAll(signal: NodeJS.Signals): void {
  for (const pid of running) {
    try {
      process.kill(-pid, signal)
    } catch {
      // It has just ended by itself.
    }
  }
}

/**
 * Without `NODE_EXTRA_CA_CERTS`, which few machines have and for which Node 20 reads all root certificates at every
 * start: 40 ms of a rank's processor time.
 */
function environment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS, ...env } = process.env
  return env
}

/** Fails if the program fails, takes too long, or runs on another number of ranks. */
export async function runOne(command: readonly string[], ranks: number, timeoutMs: number): Promise<Outcome> {
  const [file, ...words] = command as [string, ...string[]]
  const startedAt = performance.now()
  // A process group of its own, so that mpirun's children are ended with it.
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: environment() })
  if (child.pid !== undefined) running.add(child.pid)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // It has just ended by itself.
    }
  }, timeoutMs)
  const status = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  }).finally(() => {
    clearTimeout(timer)
    if (child.pid !== undefined) running.delete(child.pid)
  })
  const wallMs = performance.now() - startedAt
  const problem = (what: string): RunError =>
    new RunError(`${what}\n  ${command.join(' ')}\n${lastLines(stderr || stdout)}`)
  if (timedOut) throw problem(`no end after ${timeoutMs / 1000} s`)
  if (status !== 0) throw problem(`ended with ${status}`)
  const lines = readLines(stdout)
  const other = lines.find((line) => line.ranks !== ranks)
  if (other) throw problem(`ran on ${other.ranks} ranks instead of ${ranks}`)
  return { lines, wallMs, stdout }
}

/** JSON lines among whatever else a program prints. */
export function readLines(stdout: string): Line[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{"bench"'))
    .map((line) => JSON.parse(line) as Line)
}

function lastLines(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .slice(-15)
    .map((line) => `    ${line}`)
    .join('\n')
}
