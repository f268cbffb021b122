/** The command `tsrun`. */

import { version } from '../version.ts'
import { parseArguments } from './arguments.ts'
import { LaunchError } from './launch-error.ts'
import { OPTIONS } from './options.ts'
import { runJob } from './run-job.ts'
import { UsageError } from './usage-error.ts'

const USAGE_CODE = 2
const LAUNCH_CODE = 125

async function main(): Promise<number> {
  const command = parseArguments(process.argv.slice(2))
  if (command.kind === 'help') {
    process.stdout.write(`${await (await import('./help.ts')).helpText(OPTIONS)}\n`)
    return 0
  }
  if (command.kind === 'version') {
    process.stdout.write(`tsmpi ${version}\n`)
    return 0
  }
  return runJob(command.plan)
}

function codeOf(error: unknown): number {
  if (error instanceof UsageError) return USAGE_CODE
  return LAUNCH_CODE
}

function textOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof LaunchError) return error.message
  return `internal error: ${error instanceof Error ? error.stack : error}`
}

// An error out of an event of ours: the ranks end with us by themselves, and the janitor cleans up.
process.on('uncaughtException', (error) => {
  process.stderr.write(`tsrun: ${textOf(error)}\n`)
  process.exit(LAUNCH_CODE)
})

let code: number
try {
  code = await main()
} catch (error) {
  process.stderr.write(`tsrun: ${textOf(error)}\n`)
  code = codeOf(error)
}
// Not by running dry: the standard input may be a terminal that nobody will close.
await Promise.all([process.stdout, process.stderr].map(written))
process.exit(code)

/** Resolves when `stream` has nothing left to write: a pipe takes only so much at once. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // Whoever does not want the rest need not get it.
    stream.on('error', () => resolve())
    stream.write('', () => resolve())
  })
}
