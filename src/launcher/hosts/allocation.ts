/** What a resource manager gave the job that tsrun runs in. */

import type { HostEntry } from './host.ts'

export interface Allocation {
  readonly manager: 'slurm' | 'pbs'
  /** "Slurm job 17" */
  readonly job: string
  /** With their slots known; each host once. */
  readonly hosts: readonly HostEntry[]
}
