/** Rank 0 in this process, and ranks 1 to N-1 in processes of their own with a role to play. */

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { libc } from '../../src/system/libc.ts'
import { openShm } from '../../src/transport/shm/open-shm.ts'
import type { ShmTransport } from '../../src/transport/shm/shm.ts'
import { Group } from './contract-tools.ts'
import type { Message } from './shm-rank.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export async function buildRank(): Promise<string> {
  const built = await build({
    entryPoints: [fileURLToPath(new URL('./shm-rank.ts', import.meta.url))],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: ['koffi'],
  })
  return built.outputFiles[0]!.text
}

export class RankProcess {
  readonly child: ChildProcess
  readonly heard: string[] = []
  readonly #waiting: { readonly what: string; readonly resolve: () => void }[] = []

  constructor(program: string, fd: number, argv: readonly string[]) {
    this.child = spawn(process.execPath, ['--input-type=module', '-', ...argv], {
      stdio: ['pipe', 'inherit', 'inherit', 'ipc', fd],
      cwd: root,
    })
    this.child.on('message', (message: Message) => {
      if (!('says' in message)) return
      this.heard.push(message.says)
      for (const waiter of this.#waiting.splice(0)) {
        if (this.heard.includes(waiter.what)) waiter.resolve()
        else this.#waiting.push(waiter)
      }
    })
    this.child.stdin!.end(program)
  }

  says(what: string): Promise<void> {
    if (this.heard.includes(what)) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ what, resolve }))
  }

  /** The number it says after `name`. */
  number(name: string): number {
    return Number(this.heard.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1))
  }

  tell(tells: string): void {
    this.child.send({ tells } satisfies Message)
  }

  exit(): Promise<number | string | null> {
    const { child } = this
    return new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode ?? child.signalCode)
      else child.on('exit', (code, signal) => resolve(code ?? signal))
    })
  }
}

export class ShmJob {
  readonly dir = mkdtempSync(join(tmpdir(), 'tsmpi-shm-'))
  readonly transport: ShmTransport
  readonly group: Group
  readonly processes: readonly RankProcess[]
  readonly #fd = libc()!.memfdCreate('tsmpi-test')

  constructor(program: string, size: number, role: string) {
    const ranks = Array.from({ length: size }, (_, rank) => rank)
    this.transport = openShm({ fd: this.#fd, rank: 0, ranks, hasOtherHosts: false, runtimeDir: this.dir })
    this.group = new Group({ transports: [this.transport], kill() {}, dispose() {} })
    this.processes = ranks
      .slice(1)
      .map((rank) => new RankProcess(program, this.#fd, [this.dir, `${rank}`, `${size}`, role]))
  }

  /** Process of rank 1. */
  get other(): RankProcess {
    return this.processes[0]!
  }

  async end(): Promise<void> {
    await this.transport.close()
    for (const { child } of this.processes) if (child.exitCode === null) child.kill('SIGKILL')
    await Promise.all(this.processes.map((process) => process.exit()))
    closeSync(this.#fd)
  }

  /** Removes the folder; returns what was in it. */
  sweep(): string[] {
    const left = readdirSync(this.dir)
    rmSync(this.dir, { recursive: true })
    return left
  }
}
