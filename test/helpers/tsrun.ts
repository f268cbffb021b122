/** Starts the real tsrun of this checkout (built: dist/) and collects what it says. */

import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TEST_ID_VARIABLE, type Watched, watchLeftovers } from './leftovers.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const TSRUN = join(ROOT, 'bin/tsrun.js')

/** Path of a program under test/fixtures/programs. */
export function program(name: string): string {
  return join(ROOT, 'test/fixtures/programs', name)
}

/** Path of a program under test/fixtures/mpi: programs that exchange messages. */
export function mpiProgram(name: string): string {
  return join(ROOT, 'test/fixtures/mpi', name)
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Bytes for the standard input; without it, it is empty. `open`: it stays open. */
  readonly input?: string | 'open'
  /** A command that is to start tsrun, such as a shell. Gets node, tsrun and its arguments behind its own. */
  readonly through?: readonly string[]
  /** What stands for tsrun: node with this checkout's bin, if nothing else is said. */
  readonly command?: readonly string[]
}

export interface Result {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export class Run {
  readonly child: ChildProcess
  readonly ended: Promise<Result>
  /** By this its processes are found. */
  readonly watched: Watched
  stdout = ''
  stderr = ''
  #changed: () => void = () => {}
  #over = false

  constructor(args: readonly string[], options: RunOptions = {}) {
    const id = randomUUID()
    const tmp = mkdtempSync(join(realpathSync(tmpdir()), 'tst-'))
    this.watched = { id, tmp }
    watchLeftovers(this.watched)
    const [file, ...rest] = [
      ...(options.through ?? []),
      ...(options.command ?? [process.execPath, TSRUN]),
      ...args,
    ]
    const { VITEST, NODE_ENV, npm_command, FORCE_COLOR, ...env } = process.env
    this.child = spawn(file!, rest, {
      cwd: options.cwd ?? tmp,
      env: { ...env, TMPDIR: tmp, [TEST_ID_VARIABLE]: id, ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    // A tsrun that does not read its input is no error here.
    this.child.stdin?.on('error', () => {})
    if (options.input !== undefined && options.input !== 'open') this.child.stdin!.end(options.input)
    this.child.stdout!.setEncoding('utf8').on('data', (text) => {
      this.stdout += text
      this.#changed()
    })
    this.child.stderr!.setEncoding('utf8').on('data', (text) => {
      this.stderr += text
      this.#changed()
    })
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.#over = true
        this.#changed()
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr })
      })
    })
  }

  /** Resolves when `isThere` holds of the output; rejects if tsrun ends first. */
  async output(isThere: (run: Run) => boolean): Promise<void> {
    while (!isThere(this)) {
      if (this.#over) throw new Error(`tsrun ended too early:\n${this.stdout}${this.stderr}`)
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }

  /** Resolves when every one of `size` ranks has printed a line with `word`. */
  allSay(word: string, size: number): Promise<void> {
    return this.output((run) => run.stdout.split(word).length > size)
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }
}

/** Runs tsrun to its end. */
export function tsrun(args: readonly string[], options?: RunOptions): Promise<Result> {
  return new Run(args, options).ended
}
