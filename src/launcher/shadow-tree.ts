/**
 * A stand-in for the folder of the script, so that its compiled form need not lie among the user's files.
 *
 * Below the job's folder the script's ancestor folders are rebuilt as real folders of links: from the
 * package root down every entry a module may be imported from, above it only `node_modules`. Node resolves
 * links to real paths, so packages, self-references, `#imports` and `../x.js` are the very same modules.
 */

import { type Dirent, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { basename, dirname, extname, join, parse } from 'node:path'

const IMPORTABLE = new Set(['.js', '.mjs', '.cjs', '.json', '.node', '.wasm'])

/** Builds the tree for `script` (a real, absolute path) in `root`; returns where its compiled form belongs. */
export function makeShadowTree(root: string, script: string): string {
  const folders = ancestors(dirname(script))
  const packageRoot = folders.findLastIndex((folder) => existsSync(join(folder, 'package.json')))
  mkdirSync(root, { mode: 0o700 })
  let shadow = root
  folders.forEach((folder, index) => {
    const next = folders[index + 1]
    if (index > 0) {
      shadow = join(shadow, basename(folder))
      mkdirSync(shadow)
    }
    const inPackage = next === undefined || (packageRoot >= 0 && index >= packageRoot)
    const names = inPackage
      ? importableNames(folder)
      : ['node_modules'].filter((n) => existsSync(join(folder, n)))
    for (const name of names) {
      if (next === undefined || name !== basename(next)) symlinkSync(join(folder, name), join(shadow, name))
    }
  })
  return join(shadow, compiledName(script))
}

/** Its extension says that it is a module, whatever the package says. */
function compiledName(script: string): string {
  return `${basename(script)}.compiled.mjs`
}

/** From the root of the file system down to `folder`. */
function ancestors(folder: string): string[] {
  const out = [folder]
  while (out[0] !== parse(out[0]!).root) out.unshift(dirname(out[0]!))
  return out
}

/** Data files are many and nobody imports them. A folder that may not be listed has nothing to offer. */
function importableNames(folder: string): string[] {
  let entries: Dirent[] = []
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch {}
  return entries
    .filter((e) => e.isDirectory() || e.isSymbolicLink() || IMPORTABLE.has(extname(e.name)))
    .map((e) => e.name)
}
