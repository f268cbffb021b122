// `npm run bench`, `npm run bench:hosts` (with --hosts) and `npm run bench:kernels` (with --kernels): the driver is TypeScript, so esbuild makes one file of it first, as tsrun does with scripts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const words = process.argv.slice(2)
const suites = { '--hosts': 'driver/hosts-main.ts', '--kernels': 'kernels/driver/main.ts' }
const program = suites[words[0]] ?? 'driver/main.ts'
if (words[0] in suites) words.shift()

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tsmpi-bench-driver-'))
let main
try {
  const outfile = join(folder, 'driver.mjs')
  await build({
    entryPoints: [join(root, 'bench', program)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    sourcemap: 'inline',
  })
  ;({ main } = await import(pathToFileURL(outfile).href))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = await main(words, root)
