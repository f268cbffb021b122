/** What a figure means nothing without: the machine, the versions, the commit. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'

export interface Machine {
  readonly date: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly kernel: string
  /** Of the minute before the run: what else the machine was doing. */
  readonly loadBefore: number
  /** Linux's setting for big pages, which large messages feel. */
  readonly hugePages: string | null
  readonly node: string
  readonly tsmpi: string
  /** "abc1234", with "+" when the tree has changes. */
  readonly commit: string | null
}

/** To be called before the run, which is a load itself. */
export function describeMachine(root: string): Machine {
  const hugePages = '/sys/kernel/mm/transparent_hugepage/enabled'
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    loadBefore: Math.round(loadavg()[0]! * 100) / 100,
    hugePages: existsSync(hugePages)
      ? (/\[(\w+)\]/.exec(readFileSync(hugePages, 'utf8'))?.[1] ?? null)
      : null,
    node: process.versions.node,
    tsmpi: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
    commit: commit(root),
  }
}

function commit(root: string): string | null {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'bench') !== ''
    return git('rev-parse', '--short', 'HEAD') + (changed ? '+' : '')
  } catch {
    return null
  }
}
