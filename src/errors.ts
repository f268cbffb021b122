/**
 * Every error a program can meet, each with a stable `code`.
 *
 * A message says, in this order: what was called and where (operation, communicator, rank), what was
 * found against what was expected, and what to do about it. The classes carry no data of their own:
 * whoever throws composes the sentence, because only it knows the cure.
 */

/** Base class of all errors tsmpi throws on purpose. `code` never changes between versions. */
export class MpiError extends Error {
  readonly code: string = 'ERR_TSMPI'
  override get name(): string {
    return this.constructor.name
  }
}

/** A received message is longer than the memory given for it (MPI_ERR_TRUNCATE). */
export class TruncateError extends MpiError {
  override readonly code = 'ERR_TSMPI_TRUNCATE'
}
/** A source, dest or group member is not a rank of the communicator (MPI_ERR_RANK). */
export class RankError extends MpiError {
  override readonly code = 'ERR_TSMPI_RANK'
}
/** A tag is not an integer in 0 .. 2^31-1 (MPI_ERR_TAG). */
export class TagError extends MpiError {
  override readonly code = 'ERR_TSMPI_TAG'
}
/** Lengths, counts or displs do not fit the operation (MPI_ERR_COUNT). */
export class CountError extends MpiError {
  override readonly code = 'ERR_TSMPI_COUNT'
}
/** A root is not a rank of the communicator (MPI_ERR_ROOT). */
export class RootError extends MpiError {
  override readonly code = 'ERR_TSMPI_ROOT'
}
/** A reduction operation does not apply to the value it was given (MPI_ERR_OP). */
export class OpError extends MpiError {
  override readonly code = 'ERR_TSMPI_OP'
}
/** A message's element type is not the one asked for, or a value is of a kind the call cannot take (MPI_ERR_TYPE). */
export class TypeMismatchError extends MpiError {
  override readonly code = 'ERR_TSMPI_TYPE_MISMATCH'
}
/** Input and `into` overlap in a way that is not "in place", or memory cannot be used as a buffer (MPI_ERR_BUFFER). */
export class BufferError extends MpiError {
  override readonly code = 'ERR_TSMPI_BUFFER'
}
/** A value holds something that no message can carry, such as a function. */
export class ItemError extends MpiError {
  override readonly code = 'ERR_TSMPI_ITEM'
}
/** The ranks of a communicator are not in the same collective call with the same arguments. */
export class CollectiveMismatchError extends MpiError {
  override readonly code = 'ERR_TSMPI_COLLECTIVE_MISMATCH'
}
/** A `timeout` passed before the operation completed. */
export class TimeoutError extends MpiError {
  override readonly code = 'ERR_TSMPI_TIMEOUT'
}
/** The operation was withdrawn by `cancel()`, by its `signal`, or because its communicator was freed. */
export class CancelledError extends MpiError {
  override readonly code = 'ERR_TSMPI_CANCELLED'
}
/** No rank can ever proceed: every one waits for a message that nobody will send. */
export class DeadlockError extends MpiError {
  override readonly code = 'ERR_TSMPI_DEADLOCK'
}
/** The operation needs a rank that has failed, or that has already finished (MPI_ERR_PROC_FAILED). */
export class RankFailedError extends MpiError {
  override readonly code = 'ERR_TSMPI_RANK_FAILED'
}
/** The job was aborted. */
export class AbortedError extends MpiError {
  override readonly code = 'ERR_TSMPI_ABORTED'
}
/** This process cannot take part in the job: its environment, version or connections are wrong. */
export class BootstrapError extends MpiError {
  override readonly code = 'ERR_TSMPI_BOOTSTRAP'
}

/**
 * Where an error was found, for its message: `send on world, rank 1 of 4`. A string, or an object that composes
 * it only when asked: calls take less time than composing does.
 */
export interface Where {
  toString(): string
}

/** A broken promise inside tsmpi itself. Never caught: the state behind it cannot be trusted any more. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** Throws an {@link InvariantError} unless `condition` holds. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition)
    throw new InvariantError(
      `tsmpi internal error: ${what}. Please report it with the program that showed it.`,
    )
}
