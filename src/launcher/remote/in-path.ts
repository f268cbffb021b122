/** Whether a command is there, as a shell would look for it. */

import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

export function isInPath(command: string, { PATH = '' }: NodeJS.ProcessEnv): boolean {
  if (command.includes('/')) return canRun(command)
  return PATH.split(':').some((folder) => canRun(join(folder, command)))
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
