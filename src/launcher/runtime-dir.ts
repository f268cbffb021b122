/**
 * The folder that goes with a job on this host: compiled script, sockets. Mode 0700, gone with the job.
 *
 * Its path is short: an ipc socket's path must fit in 107 bytes.
 */

import { lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { shortTmpdir } from '../bootstrap/short-tmpdir.ts'
import { LaunchError } from './launch-error.ts'

export interface RuntimeDir {
  readonly path: string
  remove(): void
}

export function makeRuntimeDir(): RuntimeDir {
  let path: string
  try {
    // Made with mode 0700 under a name that nothing had before, a stranger's link for instance.
    path = mkdtempSync(join(shortTmpdir(), 'tsmpi-'))
  } catch (error) {
    throw new LaunchError(
      `cannot make the folder of the job: ${(error as Error).message}; set TMPDIR to a folder that can be written to`,
    )
  }
  const found = lstatSync(path)
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    throw new LaunchError(
      `${path} is not a folder of ours alone; set TMPDIR to a folder nobody else writes to`,
    )
  }
  return {
    path,
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
