// Builds dist/ from src/: types with tsc, programs with esbuild. A run that finds nothing changed takes no time,
// so `npm test` can always call it. The new dist is built beside the old one and then takes its place: a job
// that runs meanwhile loses nothing.
//
// Every rank of every job loads these programs, and what counts there is the number of modules: 120 of them one
// by one cost a rank 90 ms, bundled 10.
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Programs that live in one process come together: what they share, the world above all, must be there once. */
const PROGRAMS = [
  ['src/index.ts', 'src/testing/index.ts'],
  ['src/bootstrap/boot.ts'],
  ['src/bootstrap/foreign/meeting-thread.ts'],
  ['src/launcher/cli.ts'],
  ['src/launcher/remote/main.ts'],
]

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = `${root}dist`

const newestMs = Math.max(
  ...readdirSync(`${root}src`, { recursive: true, withFileTypes: true }).map(
    (entry) => statSync(`${entry.parentPath}/${entry.name}`).mtimeMs,
  ),
  ...['tsconfig.json', 'tsconfig.build.json', 'package.json', 'scripts/build.mjs'].map(
    (f) => statSync(root + f).mtimeMs,
  ),
)
const builtMs = statSync(`${dist}/.built`, { throwIfNoEntry: false })?.mtimeMs ?? 0
if (builtMs <= newestMs) {
  const startedAt = new Date()
  const fresh = mkdtempSync(`${root}.dist-`)
  try {
    writeTypes(`${fresh}/new`)
    for (const entryPoints of PROGRAMS) await writePrograms(`${fresh}/new`, entryPoints)
    writeFileSync(`${fresh}/new/.built`, '')
    utimesSync(`${fresh}/new/.built`, startedAt, startedAt)
    if (existsSync(dist)) renameSync(dist, `${fresh}/old`)
    renameSync(`${fresh}/new`, dist)
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

function writeTypes(folder) {
  const tsc = `${root}node_modules/typescript/bin/tsc`
  const args = [tsc, '-p', `${root}tsconfig.build.json`, '--outDir', folder]
  execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
}

async function writePrograms(folder, entryPoints) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: folder,
    outbase: 'src',
    // As deep below dist as the entries: what looks for a file beside itself finds it from either.
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    plugins: [{ name: 'known-version', setup: knowVersion }],
    logLevel: 'warning',
    write: false,
  })
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, withPlainBuiltins(withClassNames(text)))
  }
}

/** The version is known now, and no rank has to look it up. */
function knowVersion({ onLoad }) {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  onLoad({ filter: /\/src\/version\.ts$/ }, () => ({
    contents: `export const version = ${JSON.stringify(version)}`,
  }))
}

/** esbuild calls a class that names itself `_Name`, and so would errors and console.log. */
function withClassNames(text) {
  const names = [...text.matchAll(/^var (\w+) = class _\1\b/gm)].map((match) => match[1])
  return names.reduce((out, name) => out.replaceAll(new RegExp(`\\b_${name}\\b`, 'g'), name), text)
}

/**
 * Takes Node's own modules as they are. To import one, Node first looks at all it exports, and so loads even those
 * parts of it that load themselves when they are needed, such as the streams of fs: 2 ms in every rank.
 */
function withPlainBuiltins(text) {
  const plain = text
    .replace(/^import (\w+) from "(node:[\w/]+)";$/gm, 'const $1 = process.getBuiltinModule("$2");')
    .replace(/^import \{ (.+) \} from "(node:[\w/]+)";$/gm, (_, names, module) => {
      return `const { ${names.replaceAll(' as ', ': ')} } = process.getBuiltinModule("${module}");`
    })
  const left = /^import .*"node:.*$/m.exec(plain)
  if (left) throw new Error(`scripts/build.mjs does not know this form of import: ${left[0]}`)
  return plain
}
