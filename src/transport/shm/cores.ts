/** How many cores the processes of this host may use: those they may run on, or less if a cgroup bounds their time. */

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Whether each of so many processes can have a core of its own. */
export function hasCoresFor(processes: number): boolean {
  return processes <= Math.min(availableParallelism(), quota('/sys/fs/cgroup/cpu.max'))
}

/** Cores' worth of time that the control group of this process gets; `file` says quota and period, or max. */
export function quota(file: string): number {
  try {
    const [quota, period] = readFileSync(file, 'utf8').trim().split(' ')
    return quota === 'max' ? Infinity : Number(quota) / Number(period)
  } catch {
    return Infinity
  }
}
