/**
 * Errors found long after the call that they belong to, with the stack of that call.
 *
 * An operation fails inside the transport, whose stack tells a program nothing. V8 knows who awaits what, but
 * only tells it to an error made in an async function that is awaited: so the error's stack is taken anew
 * there. It costs nothing until something fails.
 */

import { MpiError, OpError } from '../errors.ts'
import type { Operation } from './operation.ts'

/** `promise`, whose failure will bear the stack of whoever awaits the result of this call. */
export async function traced<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (error) {
    throw withCallersStack(error, traced)
  }
}

/** The promise of an operation, traced unless it is settled: what failed inside its call bears the right stack. */
export function resultOf<T>(operation: Operation<T>): Promise<T> {
  return operation.state === 'pending' ? traced(operation.promise()) : operation.promise()
}

/** `error` with the stack from here on, without the frames above and of `above`; for async functions. */
export function withCallersStack(
  error: unknown,
  above: (...args: never[]) => unknown = withCallersStack,
): unknown {
  // What a program's own function threw here, or made us throw, bears a stack that leads there.
  const isOwn = error instanceof OpError && !('foundBy' in error)
  if (error instanceof MpiError && !isOwn) Error.captureStackTrace(error, above)
  return error
}
