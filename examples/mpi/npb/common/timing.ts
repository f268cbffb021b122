/** Times what all ranks do together, as MPI programs do. */

import { type Communicator, MAX, wtime } from 'tsmpi'

/** Runs `work` on all ranks at once; the seconds are those of the slowest. */
export async function timed<T>(
  comm: Communicator,
  work: () => Promise<T>,
): Promise<{ result: T; seconds: number }> {
  await comm.barrier()
  const start = wtime()
  const result = await work()
  const mine = wtime() - start
  return { result, seconds: await comm.allreduce(mine, MAX) }
}
