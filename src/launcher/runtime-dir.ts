/**
 * The folder that goes with a job on this host: compiled script, sockets. Mode 0700, gone with the job.
 *
 * Its path is short: an ipc socket's path must fit in 107 bytes.
 */

import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LaunchError } from './launch-error.ts'

/** Leaves 60 bytes for the name of the folder and of a socket in it. */
const LONGEST_BASE_BYTES = 47

export interface RuntimeDir {
  readonly jobId: string
  readonly path: string
  remove(): void
}

export function makeRuntimeDir(): RuntimeDir {
  const jobId = randomBytes(6).toString('hex')
  const path = join(baseDir(), `tsmpi-${jobId}`)
  try {
    // Fails if anything of that name is there already, a stranger's link for instance.
    mkdirSync(path, { mode: 0o700 })
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
  return { jobId, path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

function baseDir(): string {
  const base = realpathSync(tmpdir())
  return Buffer.byteLength(base) <= LONGEST_BASE_BYTES ? base : realpathSync('/tmp')
}
