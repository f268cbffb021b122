/** Adds to an error where it happened and how to see it again. */

/**
 * The same error, so that its class and code can still be tested, with `before` and `after` added to its
 * message. What is no Error becomes one, with the original as its cause.
 */
export function annotate(thrown: unknown, before: string, after: string): Error {
  if (!(thrown instanceof Error))
    return new Error(`${before}threw ${String(thrown)}${after}`, { cause: thrown })
  const { message, stack } = thrown
  // One error object may be thrown by two ranks, or in two runs.
  if (message.endsWith(after)) return thrown
  const annotated = `${before}${message}${after}`
  try {
    Object.defineProperty(thrown, 'message', { value: annotated, configurable: true, writable: true })
    // The stack holds a copy of the message from when the error was made.
    if (message !== '' && stack?.includes(message)) thrown.stack = stack.replace(message, () => annotated)
  } catch {
    return new Error(annotated, { cause: thrown })
  }
  return thrown
}
