/**
 * Whether this process was started by nohup and so must outlive its terminal.
 *
 * The usual sign is no use here: Node resets ignored signals before any of our code runs.
 */

import { readFileSync, readlinkSync } from 'node:fs'

const ACCESS_MODE = 0o3
const WRITE_ONLY = 0o1

/** nohup puts a /dev/null that can only be written to in the place of a terminal's input; nobody else does. */
export function isStartedByNohup(): boolean {
  try {
    if (readlinkSync('/proc/self/fd/0') !== '/dev/null') return false
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1]
    return flags !== undefined && (Number.parseInt(flags, 8) & ACCESS_MODE) === WRITE_ONLY
  } catch {
    return false
  }
}
