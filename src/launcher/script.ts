/** Which file the user means, and what has to happen before it can run. */

import { realpathSync, statSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { UsageError } from './usage-error.ts'

export interface Script {
  /** What `process.argv[1]` shows: absolute, links as the user wrote them, as under plain node. */
  readonly path: string
  /** The file itself, from which imports are resolved. */
  readonly realPath: string
  readonly isTypeScript: boolean
}

const TYPESCRIPT = ['.ts', '.tsx', '.mts', '.cts']
const JAVASCRIPT = ['.js', '.mjs', '.cjs']

/** Finds the script called `name`, looking from `cwd`. */
export function findScript(name: string, cwd: string): Script {
  const path = resolve(cwd, name)
  let realPath: string
  try {
    realPath = realpathSync(path)
    if (!statSync(realPath).isFile())
      throw new UsageError(`${name} is not a file; tsrun starts a script: tsrun -n 4 script.ts`)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`there is no script ${name} (looked for ${path})${missingHint(name)}`)
  }
  const extension = extname(realPath)
  const isTypeScript = TYPESCRIPT.includes(extension)
  // Without an extension it is what node makes of it; anything else is a slip.
  if (!isTypeScript && extension !== '' && !JAVASCRIPT.includes(extension)) {
    throw new UsageError(
      `${name} is not a script: tsrun runs ${[...TYPESCRIPT, ...JAVASCRIPT].join(' ')}, found "${extension}"`,
    )
  }
  return { path, realPath, isTypeScript }
}

/** Somebody who types a number here meant the number of ranks. */
function missingHint(name: string): string {
  return /^\d+$/.test(name) ? `; did you mean -n ${name}?` : ''
}
