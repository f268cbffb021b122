/** The job could not be started, and the script is not to blame. Exit code 125. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError'
}
