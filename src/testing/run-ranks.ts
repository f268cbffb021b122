import { MpiError, RankError } from '../errors.ts'
import type { Kill, RunOptions } from './options.ts'
import { type Program, Simulation } from './simulation.ts'

/**
 * Runs `program` on `size` ranks in this process and resolves to what it returned on each, in rank order.
 *
 * The ranks talk over a simulated network: no processes, no sockets, and virtual time, so that a receive
 * with a timeout of an hour fails at once when nothing else can happen. In which order messages of
 * different ranks arrive is drawn from the seed. A test that passes under many seeds has seen many
 * schedules; one that fails names its seed, and fails again with `{ seed }`.
 *
 * ```ts
 * import { expect, it } from 'vitest'
 * import { SUM } from 'tsmpi'
 * import { runRanks } from 'tsmpi/testing'
 *
 * it('adds up the squares of the ranks', async () => {
 *   const totals = await runRanks(4, async (world) => world.allreduce(world.rank ** 2, SUM))
 *   expect(totals).toEqual([14, 14, 14, 14])
 * })
 *
 * it('does not count on sends being buffered', async () => {
 *   await runRanks(4, exchangeHalos, { eager: 0 })
 * })
 * ```
 *
 * Write the program so that it takes its communicator as an argument and keeps its state in variables of
 * its own: all ranks run in one process and share its modules.
 *
 * It rejects with
 * - the first error of a rank that the program did not catch, its message naming rank and seed;
 *   the other ranks stop where they are, as processes do that are killed;
 * - a {@link DeadlockError} saying what each rank waits for, when no rank can go on. Ranks may wait for real
 *   things as well (timers, files, sockets, workers): while one does, nothing is called a deadlock;
 * - what ends a real job with an error too: an `abort()`, a broken communicator or a failed request that
 *   nobody looked at.
 */
export async function runRanks<T>(size: number, program: Program<T>, options: RunOptions = {}): Promise<T[]> {
  check(size, options)
  return new Simulation(size, program, options).verdict
}

function check(size: number, options: RunOptions): void {
  if (!Number.isInteger(size) || size < 1)
    throw new RankError(`runRanks: the number of ranks is ${size}; it must be an integer of 1 or more`)
  const { seed, eager, nodeOf } = options
  if (seed !== undefined && !Number.isSafeInteger(seed))
    throw new MpiError(`runRanks: the seed is ${seed}; it must be an integer`)
  if (eager !== undefined && !(eager >= 0))
    throw new MpiError(`runRanks: eager is ${eager}; it must be a number of bytes, 0 or more`)
  if (nodeOf !== undefined && nodeOf.length !== size)
    throw new MpiError(`runRanks: nodeOf names the hosts of ${nodeOf.length} ranks; there are ${size}`)
  const kills: readonly Kill[] = options.kill === undefined ? [] : [options.kill].flat()
  for (const { rank } of kills)
    if (!Number.isInteger(rank) || rank < 0 || rank >= size)
      throw new RankError(`runRanks: rank ${rank} is to be killed; ranks go from 0 to ${size - 1}`)
}
