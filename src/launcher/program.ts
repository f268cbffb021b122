/**
 * What the ranks run, in the form in which it goes to every host, and its place on one of them.
 *
 * Compiled text is put where Node resolves imports as from the script itself. On a host that does not have the
 * script's folder, bare imports are resolved from a stand-in: the folder of `--prefix`, else the working folder.
 */

import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Entry } from '../bootstrap/control.ts'
import { makeShadowTree } from './shadow-tree.ts'

export type Program =
  /** A JavaScript file that is run where it lies. */
  | { readonly kind: 'plain'; readonly path: string }
  /** Text made of the file `script`: its real path, on the launcher's host. */
  | { readonly kind: 'module' | 'commonjs'; readonly script: string; readonly text: Uint8Array }

/** The folder of this copy of tsmpi. */
const OWN_PACKAGE = fileURLToPath(new URL('../..', import.meta.url))

/** Puts the program into the job's folder on this host. */
export function placeProgram(program: Program, runtimeDir: string, standIn: string): Entry {
  if (program.kind === 'plain') return program
  const isHere = existsSync(dirname(program.script))
  const script = isHere ? program.script : join(standIn, basename(program.script))
  const packages = offerOwnPackage(runtimeDir)
  if (program.kind === 'commonjs') {
    const compiled = join(runtimeDir, 'script.cjs')
    writeFileSync(compiled, program.text)
    return { kind: 'commonjs', compiled, path: script, packages }
  }
  const compiled = makeShadowTree(join(runtimeDir, 'tree'), script)
  writeFileSync(compiled, program.text)
  return { kind: 'module', url: pathToFileURL(compiled).href }
}

/**
 * A folder of packages that Node looks through last: a script that has no tsmpi nearer to itself takes the copy
 * that has started it.
 */
function offerOwnPackage(runtimeDir: string): string {
  const folder = join(runtimeDir, 'node_modules')
  mkdirSync(folder)
  symlinkSync(OWN_PACKAGE, join(folder, 'tsmpi'))
  return folder
}
