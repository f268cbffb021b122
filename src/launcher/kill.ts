/**
 * Ending processes, and only ours: by process group, by descent and session, and by the job's id in their
 * environment. Never by name: on a shared host the jobs of others look the same.
 */

import { JOB_ID_VARIABLE, NODE_RANK_VARIABLE } from '../bootstrap/environment.ts'
import { hasVariables, type ProcessEntry, readProcess, readProcessTable } from './process-table.ts'

/** A rank's process, which leads a session and a process group of its own. */
export interface Leader {
  readonly pid: number
  /** Zero where the system does not tell. */
  readonly startTicks: number
}

/** The part of a job on one host; two hosts of a job may be one machine. */
export interface JobOnHost {
  readonly jobId: string
  readonly nodeRank: number
}

export function leaderOf(pid: number): Leader {
  return { pid, startTicks: readProcess(pid)?.startTicks ?? 0 }
}

/** Signals the whole process group of a rank; false if nobody is left in it. */
export function signalGroup(leader: Leader, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-leader.pid, signal)
    return true
  } catch {
    return false
  }
}

/** Kills every process that ranks have left behind, also in other groups and sessions. */
export function killRemains(leaders: readonly Leader[], { jobId, nodeRank }: JobOnHost): void {
  for (const leader of leaders) signalGroup(leader, 'SIGKILL')
  // What was there before this process is none of its job; most of a host's processes need no closer look.
  const since = readProcess(process.pid)?.startTicks ?? 0
  const carriesId = ({ pid, startTicks }: ProcessEntry) =>
    startTicks >= since &&
    hasVariables(pid, { [JOB_ID_VARIABLE]: jobId, [NODE_RANK_VARIABLE]: String(nodeRank) })
  // A process that forks while it is looked for escapes one look, not many; the bound is for the absurd.
  for (let look = 0; look < 10; look++) {
    const remains = findRemains(readProcessTable(), leaders, carriesId)
    if (remains.length === 0) return
    for (const { pid } of remains) killOne(pid)
  }
}

/** Processes of the job in `table`: sessions and descendants of its leaders, and those that carry its id. */
export function findRemains(
  table: readonly ProcessEntry[],
  leaders: readonly Leader[],
  carriesId: (entry: ProcessEntry) => boolean,
): ProcessEntry[] {
  const byPid = new Map(table.map((entry) => [entry.pid, entry]))
  const ours = new Set<number>()
  for (const { pid, startTicks } of leaders) {
    const now = byPid.get(pid)
    // Another process under that pid: the rank and its session are long gone.
    if (now === undefined || now.startTicks === startTicks) ours.add(pid)
  }
  const descends = (entry: ProcessEntry): boolean => {
    const seen = new Set<number>()
    for (let at: ProcessEntry | undefined = entry; at && !seen.has(at.pid); at = byPid.get(at.parent)) {
      if (ours.has(at.pid) || ours.has(at.session)) return true
      seen.add(at.pid)
    }
    return false
  }
  return table.filter(
    (entry) => entry.pid !== process.pid && !entry.isZombie && (descends(entry) || carriesId(entry)),
  )
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself in the meantime.
  }
}
