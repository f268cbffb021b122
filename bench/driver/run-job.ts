/** One job with one peer: starts the program and gives its figures. */

import type { Line } from './measurements.ts'
import type { Peer } from './peers.ts'
import type { Job } from './plan.ts'
import { RunError, runOne } from './run-one.ts'

/** Guards against a hang; the longest job takes a small part of it. */
const TIMEOUT_MS = 180_000

export async function runJob(peer: Peer, job: Job, budgetMs: number): Promise<readonly Line[]> {
  const { program, ranks } = job
  if (program !== 'hello') {
    const command = peer.command(program, ranks, [String(budgetMs), ...job.words])
    const { lines } = await runOne(command, ranks, TIMEOUT_MS)
    if (lines.length > 0) return lines
    throw new RunError(`printed no figures\n  ${command.join(' ')}`)
  }
  const command = peer.command(program, ranks, [])
  const { stdout, wallMs } = await runOne(command, ranks, TIMEOUT_MS)
  checkHello(stdout, ranks)
  return [{ bench: 'startup', ranks, bytes: 0, value: wallMs, max: wallMs, iterations: 1 }]
}

/** Every rank has greeted, once, in whatever order; mpirun may mix the ends of lines. */
export function checkHello(stdout: string, ranks: number): void {
  const greetings = Array.from(stdout.matchAll(/hello from rank (\d+) of (\d+)/g))
  const greeted = new Set(
    greetings.filter(([, , of]) => Number(of) === ranks).map(([, rank]) => Number(rank)),
  )
  if (greetings.length !== ranks || greeted.size !== ranks) {
    throw new RunError(`should greet once from each of ${ranks} ranks, but said:\n${stdout}`)
  }
}
