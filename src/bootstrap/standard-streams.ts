/** What a rank's stdout and stderr need before a script may write to them. */

interface Blockable {
  _handle?: { setBlocking?(on: boolean): void }
}

/**
 * Makes writes to pipes blocking: otherwise `process.exit()` and uncaught errors lose what the pipe has not
 * taken yet. A closed pipe means that the launcher is gone, and with it the job: `onGone`.
 */
export function prepareStandardStreams(onGone: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    ;(stream as Blockable)._handle?.setBlocking?.(true)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      onGone()
    })
  }
}
