// Compiles src/ to dist/. A run that finds nothing changed takes no time, so `npm test` can always call it.
import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = `${root}dist/.built`

const newestMs = Math.max(
  ...readdirSync(`${root}src`, { recursive: true, withFileTypes: true }).map(
    (entry) => statSync(`${entry.parentPath}/${entry.name}`).mtimeMs,
  ),
  ...['tsconfig.json', 'tsconfig.build.json', 'package.json'].map((f) => statSync(root + f).mtimeMs),
)
const builtMs = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0
if (builtMs <= newestMs) {
  const startedAt = new Date()
  rmSync(`${root}dist`, { recursive: true, force: true })
  execFileSync(
    process.execPath,
    [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`],
    {
      cwd: root,
      stdio: 'inherit',
    },
  )
  writeFileSync(stamp, '')
  utimesSync(stamp, startedAt, startedAt)
}
