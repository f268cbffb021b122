/** Runs every job with every peer, again and again, one of each in turn. */

import type { Measurements } from './measurements.ts'
import type { Options } from './options.ts'
import type { Peer } from './peers.ts'
import type { Job } from './plan.ts'
import { runJob } from './run-job.ts'
import { RunError } from './run-one.ts'
import { say } from './say.ts'

/** A job that a peer has failed is not tried again. */
export async function repeat(
  options: Pick<Options, 'repeats' | 'budgetMs'>,
  jobs: readonly Job[],
  peers: readonly Peer[],
  measurements: Measurements,
): Promise<string[]> {
  const failures: string[] = []
  const given = new Set<string>()
  const startedAt = performance.now()
  for (let repetition = 0; repetition < options.repeats; repetition++) {
    for (const job of jobs) {
      if (job.once && repetition > 0) continue
      // Another one begins each time, or the same peer would always run behind the same one.
      for (let i = 0; i < peers.length; i++) {
        const peer = peers[(i + repetition) % peers.length]!
        const what = `${peer.name}: ${job.program} on ${job.ranks} ranks`
        if (!job.languages.includes(peer.language) || given.has(what)) continue
        const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
        say(`[${minutes} min] ${repetition + 1}/${options.repeats} ${what}`)
        try {
          measurements.add(peer.name, repetition, await runJob(peer, job, options.budgetMs))
        } catch (error) {
          if (!(error instanceof RunError)) throw error
          given.add(what)
          failures.push(`${what} ${error.message}`)
          say(`FAILED: ${what} ${error.message}`)
        }
      }
    }
  }
  return failures
}
