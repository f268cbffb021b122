/**
 * Decides for each import of the script what is bundled and what stays an import.
 *
 * Bundled: TypeScript that is no other package's (and JSON that Node could not import as it is written). Left
 * alone: builtins, packages, JavaScript, `tsmpi` itself: a second copy of it would be a second world.
 * For other hosts JavaScript that is no other package's is bundled too: only packages need to be there.
 * The script may lie in node_modules itself, as an example of a package: its own files are bundled all the same.
 */

import { createRequire, isBuiltin } from 'node:module'
import { dirname, extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild, ResolveResult } from 'esbuild'

const TYPESCRIPT = new Set(['.ts', '.tsx', '.mts', '.cts'])
const JAVASCRIPT = new Set(['.js', '.mjs', '.cjs', '.json'])
/** Marks our own question to esbuild, which comes back to the same plugin. */
const ASKED_BY_US = { askedByUs: true }

export function resolveImports(script: string, format: 'esm' | 'cjs', travels: boolean): Plugin {
  return {
    name: 'resolve-imports',
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => {
        if (args.kind === 'entry-point' || args.pluginData === ASKED_BY_US) return undefined
        return decide({ build, args, script, format, travels })
      })
    },
  }
}

interface Import {
  readonly build: PluginBuild
  readonly args: OnResolveArgs
  readonly script: string
  readonly format: 'esm' | 'cjs'
  readonly travels: boolean
}

async function decide(one: Import): Promise<OnResolveResult | undefined> {
  const { args, script } = one
  const { path } = args
  if (isBuiltin(path)) return { path, external: true }
  // Every host has a folder of packages with its own copy, in case there is none nearer to the script.
  if (path === 'tsmpi' || path.startsWith('tsmpi/')) return { path, external: true }
  if (path.startsWith('data:')) return { path, external: true }

  const isFile = /^(\.{1,2}(\/|$)|\/|file:)/.test(path)
  const found = await ask(one, path.startsWith('file:') ? fileURLToPath(path) : path, args.resolveDir)
  if (found.errors.length > 0) {
    // Node finds some things that esbuild does not; and a failing import() may be meant to be caught.
    if (!isFile && (args.kind !== 'import-statement' || nodeFinds(path, args.importer)))
      return { path, external: true }
    return { errors: [{ text: notFound(path, isFile) }] }
  }
  if (shallBundle(found, one, inNodeModules(isFile ? path : found.path)))
    return { path: found.path, suffix: found.suffix }
  if (isFile) return external(one, found)

  // A package stays a bare import if the script's own folder leads to the same one.
  const isScriptScope = args.importer === script || path.startsWith('#')
  if (isScriptScope) return { path, external: true }
  const fromScript = await ask(one, path, dirname(script))
  return fromScript.path === found.path ? { path, external: true } : external(one, found)
}

function ask({ build, args }: Import, path: string, resolveDir: string): Promise<ResolveResult> {
  const { kind, importer } = args
  return build.resolve(path, { kind, importer, resolveDir, pluginData: ASKED_BY_US, with: args.with })
}

/** Of a file import it is the path as written that shows whether it leads into another package. */
function inNodeModules(path: string): boolean {
  return /(^|\/)node_modules\//.test(path)
}

function shallBundle(found: ResolveResult, { args, travels }: Import, isOtherPackages: boolean): boolean {
  const extension = extname(found.path)
  if (TYPESCRIPT.has(extension) || (travels && JAVASCRIPT.has(extension))) return !isOtherPackages
  return extension === '.json' && args.kind !== 'require-call' && args.with.type !== 'json'
}

function external({ format, args }: Import, found: ResolveResult): OnResolveResult {
  const isRequire = args.kind === 'require-call' || args.kind === 'require-resolve'
  const stays = isRequire || (format === 'cjs' && args.kind === 'import-statement')
  return { path: stays ? found.path : pathToFileURL(found.path).href + found.suffix, external: true }
}

function nodeFinds(path: string, importer: string): boolean {
  try {
    createRequire(importer).resolve(path)
    return true
  } catch {
    return false
  }
}

function notFound(path: string, isFile: boolean): string {
  return isFile
    ? `Could not find "${path}"`
    : `Could not find the package "${path}"; install it where the script can see it: npm i ${packageName(path)}`
}

function packageName(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
}
