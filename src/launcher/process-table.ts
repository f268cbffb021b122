/** What /proc tells about the processes of this host. Empty where there is no /proc. */

import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessEntry {
  readonly pid: number
  /** Ended, and waiting only for its parent to notice. */
  readonly isZombie: boolean
  readonly parent: number
  readonly group: number
  readonly session: number
  /** The process group in the foreground of its terminal, -1 without one. */
  readonly terminalGroup: number
  /** Clock ticks since boot. With the pid it names a process for good, though pids are used again. */
  readonly startTicks: number
}

export function readProcessTable(): ProcessEntry[] {
  const out: ProcessEntry[] = []
  for (const pid of processIds()) {
    const entry = readProcess(pid)
    if (entry) out.push(entry)
  }
  return out
}

/** One process, or null if there is none of that pid. */
export function readProcess(pid: number): ProcessEntry | null {
  const stat = readText(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The command stands in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {
    pid,
    isZombie: fields[0] === 'Z',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    terminalGroup: Number(fields[5]),
    startTicks: Number(fields[19]),
  }
}

/** Whether `pid` was started with all of these in its environment. False for processes of other users. */
export function hasVariables(pid: number, variables: Readonly<Record<string, string>>): boolean {
  const environment = `\0${readText(`/proc/${pid}/environ`) ?? ''}\0`
  return Object.entries(variables).every(([name, value]) => environment.includes(`\0${name}=${value}\0`))
}

/** The command as the kernel shows it, at most 15 characters. */
export function commandName(pid: number): string | null {
  return readText(`/proc/${pid}/comm`)?.trimEnd() ?? null
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return null
  }
}
