/**
 * The folder that goes with a job on this host: compiled script, sockets. Mode 0700, gone with the job.
 *
 * Its path is short: an ipc socket's path must fit in 107 bytes.
 */

import { lstatSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LaunchError } from './launch-error.ts'

/** Leaves 60 bytes for the name of the folder and of a socket in it. */
const LONGEST_BASE_BYTES = 47

export interface RuntimeDir {
  readonly path: string
  remove(): void
}

export function makeRuntimeDir(): RuntimeDir {
  let path: string
  try {
    // Made with mode 0700 under a name that nothing had before, a stranger's link for instance.
    path = mkdtempSync(join(baseDir(), 'tsmpi-'))
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

function baseDir(): string {
  const base = realpathSync(tmpdir())
  return Buffer.byteLength(base) <= LONGEST_BASE_BYTES ? base : realpathSync('/tmp')
}
