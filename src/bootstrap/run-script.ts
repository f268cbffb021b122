/** Runs the script of a rank so that it cannot tell boot.ts from `node script`. */

import { readFileSync } from 'node:fs'
import Module from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Entry } from './control.ts'

/** Parts of Node's CommonJS loader that every version has and the type declarations lack. */
interface Loader {
  new (id: string, parent: null): LoadedModule
  runMain?(path: string): void
  _cache: Record<string, unknown>
  _nodeModulePaths(folder: string): string[]
}
interface LoadedModule {
  id: string
  filename: string
  paths: string[]
  loaded: boolean
  _compile(text: string, filename: string): void
}

/** Resolves when the script has been evaluated; never, if its top-level await never settles. */
export function runScript(entry: Entry): Promise<void> {
  switch (entry.kind) {
    case 'module':
      return importAsMain(entry.url)
    case 'commonjs':
      runCommonJs(entry)
      return Promise.resolve()
    case 'plain':
      return runPlain(entry.path)
  }
}

/** Not awaited but chained by hand: an await would put our own frames under every stack of the script. */
function importAsMain(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    import(url).then(() => resolve(), reject)
  })
}

/** Node itself decides between the module systems, as for `node path`. */
function runPlain(path: string): Promise<void> {
  const { runMain } = Module as unknown as Loader
  if (!runMain) return importAsMain(pathToFileURL(path).href)
  runMain(path)
  return Promise.resolve()
}

/** From memory under the source's own path: `__filename`, `require.main` and relative `require` stay true. */
function runCommonJs({ compiled, path, packages }: Entry & { kind: 'commonjs' }): void {
  const loader = Module as unknown as Loader
  const main = new loader(path, null)
  main.id = '.'
  main.filename = path
  main.paths = [...loader._nodeModulePaths(dirname(path)), packages]
  loader._cache[path] = main
  ;(process as { mainModule?: unknown }).mainModule = main
  main._compile(readFileSync(compiled, 'utf8'), path)
  main.loaded = true
}
