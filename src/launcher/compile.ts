/**
 * Compiles the script once for all ranks, with esbuild, so that no rank needs a loader.
 *
 * TypeScript is bundled into one file; everything else is left where it is and imported from there, so
 * nothing is loaded twice under two names. Each bundled file keeps its own `import.meta.url` and the like.
 * For ranks on other hosts, which may not have the script's folder, its JavaScript files are bundled as well.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildOptions, BuildResult, Loader, Location, Message, Plugin } from 'esbuild'
import { CompileError } from './compile-error.ts'
import type { Program } from './program.ts'
import { resolveImports } from './resolve-import.ts'

/** What a file knows of itself, by the name that stands for it in the compiled text. */
const SELF = {
  'import.meta.url': '__tsmpi_url',
  'import.meta.filename': '__tsmpi_filename',
  'import.meta.dirname': '__tsmpi_dirname',
  'import.meta.main': '__tsmpi_main',
  __filename: '__tsmpi_filename',
  __dirname: '__tsmpi_dirname',
}

/** Compiles `script` (a real path). `travels`: for other hosts too. */
export async function compileScript(script: string, travels: boolean): Promise<Program> {
  // require, because import would have Node search the whole of it for the names it exports.
  const esbuild = createRequire(import.meta.url)('esbuild') as typeof import('esbuild')
  try {
    const isCommonJs = ['.cts', '.cjs'].includes(extname(script))
    if (!isCommonJs) {
      const result = await esbuild.build(buildOptions(script, 'esm', travels))
      if (!isWrittenAsCommonJs(result)) return { kind: 'module', script, text: textOf(result) }
    }
    const result = await esbuild.build(buildOptions(script, 'cjs', travels))
    return { kind: 'commonjs', script, text: textOf(result) }
  } catch (error) {
    const messages = (error as { errors?: Message[] }).errors
    if (messages === undefined) throw error
    const color = process.stderr.isTTY === true
    throw new CompileError(
      (
        await esbuild.formatMessages(
          messages.map((message) => asWritten(message, dirname(script))),
          { kind: 'error', color },
        )
      ).join(''),
    )
  } finally {
    await esbuild.stop()
  }
}

type Options = BuildOptions & { readonly write: false; readonly metafile: true }

function textOf(result: BuildResult<Options>): Uint8Array {
  return result.outputFiles[0]!.contents
}

function buildOptions(script: string, format: 'esm' | 'cjs', travels: boolean): Options {
  const folder = dirname(script)
  return {
    entryPoints: [script],
    // Nothing is written; sources are named from the script's folder, and so wherever the text will lie.
    outfile: `${script}.compiled`,
    sourceRoot: `${pathToFileURL(folder).href}/`,
    // JavaScript is here the script itself or what it imports; of unknown extensions only the script can be one.
    loader: { [extname(script)]: loaderOf(script) },
    write: false,
    metafile: true,
    bundle: true,
    format,
    platform: 'node',
    // The oldest Node we support, to the minor version: 20.0 had no import attributes.
    target: 'node20.19',
    // esbuild's default adds "module", which Node does not know.
    conditions: [],
    sourcemap: 'inline',
    // Node shows lines of the file itself, not of what we made of it.
    sourcesContent: false,
    define: SELF,
    // Bundled CommonJS asks for builtins with require, which a module does not have.
    banner: format === 'esm' ? { js: requireBanner(script) } : {},
    logLevel: 'silent',
    absWorkingDir: folder,
    plugins: [resolveImports(script, format, travels), knowThyself(script)],
  }
}

function requireBanner(script: string): string {
  const url = JSON.stringify(pathToFileURL(script).href)
  return `import { createRequire as __tsmpi_createRequire } from 'node:module'; const require = __tsmpi_createRequire(${url});`
}

/**
 * Gives every file that asks its own url and path, on its first line so that line numbers stay.
 * What stands there has to be taken out of messages about that line again.
 */
function knowThyself(script: string): Plugin {
  return {
    name: 'know-thyself',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[tj]sx?$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
        const hashbang = /^#!.*\n/.exec(text)?.[0] ?? ''
        const loader = loaderOf(path)
        if (!/import\.meta|__filename|__dirname/.test(text)) return { contents: text, loader }
        return {
          contents: hashbang + selfConstants(path, path === script) + text.slice(hashbang.length),
          loader,
        }
      })
    },
  }
}

function loaderOf(path: string): Loader {
  if (/\.[cm]?tsx?$/.test(path)) return path.endsWith('x') ? 'tsx' : 'ts'
  return path.endsWith('.json') ? 'json' : 'js'
}

function selfConstants(path: string, isMain: boolean): string {
  const values = {
    __tsmpi_url: pathToFileURL(path).href,
    __tsmpi_filename: path,
    __tsmpi_dirname: dirname(path),
    __tsmpi_main: isMain,
  }
  const pairs = Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  return `const ${pairs.join(', ')}${SELF_END}`
}

/** Ends the constants; nobody writes such a comment. */
const SELF_END = '; /*__tsmpi*/'

/** A message about the files as the user knows them. `folder`: where esbuild's paths begin. */
function asWritten(message: Message, folder: string): Message {
  const place = (location: Location | null) => location && placeAsWritten(location, folder)
  return {
    ...message,
    pluginName: '',
    location: place(message.location),
    notes: message.notes.map((note) => ({ ...note, location: place(note.location) })),
  }
}

/** Its path from the current folder, where a terminal looks for it; without what we put on the first line. */
function placeAsWritten(location: Location, folder: string): Location {
  const file = relative('', resolve(folder, location.file))
  const end = location.lineText.indexOf(SELF_END)
  if (end < 0) return { ...location, file }
  const added = end + SELF_END.length
  return {
    ...location,
    file,
    lineText: location.lineText.slice(added),
    column: Math.max(0, location.column - Buffer.byteLength(location.lineText.slice(0, added))),
  }
}

/** The script has no import or export, but `require` or `module.exports`; or it mixes `import` with `module`. */
function isWrittenAsCommonJs(result: BuildResult<Options>): boolean {
  const entry = Object.values(result.metafile.outputs)[0]?.entryPoint
  return entry !== undefined && result.metafile.inputs[entry]?.format === 'cjs'
}
