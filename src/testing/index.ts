/** `tsmpi/testing`: runs ranks in one process, for tests. */

export type { Kill, RunOptions } from './options.ts'
export { runRanks } from './run-ranks.ts'
export type { Program } from './simulation.ts'
