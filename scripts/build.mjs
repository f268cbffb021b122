// Compiles src/ to dist/. A run that finds nothing changed takes no time, so `npm test` can always call it.
// The new dist is built beside the old one and then takes its place: a job that runs meanwhile loses nothing.
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = `${root}dist`

const newestMs = Math.max(
  ...readdirSync(`${root}src`, { recursive: true, withFileTypes: true }).map(
    (entry) => statSync(`${entry.parentPath}/${entry.name}`).mtimeMs,
  ),
  ...['tsconfig.json', 'tsconfig.build.json', 'package.json'].map((f) => statSync(root + f).mtimeMs),
)
const builtMs = statSync(`${dist}/.built`, { throwIfNoEntry: false })?.mtimeMs ?? 0
if (builtMs <= newestMs) {
  const startedAt = new Date()
  const fresh = mkdtempSync(`${root}.dist-`)
  try {
    const tsc = `${root}node_modules/typescript/bin/tsc`
    execFileSync(process.execPath, [tsc, '-p', `${root}tsconfig.build.json`, '--outDir', `${fresh}/new`], {
      cwd: root,
      stdio: 'inherit',
    })
    writeFileSync(`${fresh}/new/.built`, '')
    utimesSync(`${fresh}/new/.built`, startedAt, startedAt)
    if (existsSync(dist)) renameSync(dist, `${fresh}/old`)
    renameSync(`${fresh}/new`, dist)
  } catch {
    process.exitCode = 1 // tsc has said why
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}
