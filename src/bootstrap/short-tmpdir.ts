/** Where the folders of jobs lie: the system's folder for temporary files, if a socket's path fits in it. */

import { realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** A socket's path must fit in 107 bytes; this leaves 60 for the name of the folder and of a socket in it. */
const LONGEST_BYTES = 47

export function shortTmpdir(): string {
  const tmp = realpathSync(tmpdir())
  return Buffer.byteLength(tmp) <= LONGEST_BYTES ? tmp : realpathSync('/tmp')
}
