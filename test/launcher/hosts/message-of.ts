import { UsageError } from '../../../src/launcher/usage-error.ts'

/** The text of the UsageError that `run` throws; anything else it throws passes. */
export function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error('no error was thrown')
}
