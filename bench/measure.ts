/** What the benchmarks share: warm-up, many samples, and a line of figures. */

import { MAX, world } from 'tsmpi'

export interface Figures {
  readonly minUs: number
  readonly medianUs: number
  readonly p99Us: number
}

/**
 * Times `operation` again and again on all ranks; a sample is the time of the slowest rank, in microseconds.
 * The first tenth, at least ten, warms up and does not count.
 */
export async function measure(iterations: number, operation: () => Promise<void>): Promise<Figures> {
  const warmUp = Math.max(10, iterations / 10)
  const samplesUs = new Float64Array(iterations)
  await world.barrier()
  for (let i = -warmUp; i < iterations; i++) {
    const start = performance.now()
    await operation()
    if (i >= 0) samplesUs[i] = (performance.now() - start) * 1000
  }
  const slowest = (await world.allreduce(samplesUs, MAX)).sort()
  const at = (part: number): number => slowest[Math.min(iterations - 1, Math.floor(part * iterations))]!
  return { minUs: slowest[0]!, medianUs: at(0.5), p99Us: at(0.99) }
}

/** Prints a line on rank 0. */
export function report(bytes: number, { minUs, medianUs, p99Us }: Figures, more = ''): void {
  if (world.rank !== 0) return
  const columns = [bytes, minUs.toFixed(1), medianUs.toFixed(1), p99Us.toFixed(1)]
  console.log(
    columns.map((column) => String(column).padStart(10)).join(' ') + (more && ` ${more.padStart(10)}`),
  )
}

/** Prints the head of the table on rank 0. */
export function head(title: string, more = ''): void {
  if (world.rank !== 0) return
  console.log(`\n# ${title}, ${world.size} ranks, Node ${process.versions.node}`)
  const columns = ['bytes', 'min us', 'median us', 'p99 us']
  console.log(columns.map((column) => column.padStart(10)).join(' ') + (more && ` ${more.padStart(10)}`))
}
