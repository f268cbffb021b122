/**
 * A board: memory in which the ranks of one communicator, all on one host, show each other their parts of a
 * collective call, without a message between them.
 */

export interface Board {
  readonly rank: number
  readonly size: number
}
