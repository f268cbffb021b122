/** A mistake in how tsrun was called: one message that says what, where and the cure. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
