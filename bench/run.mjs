// `npm run bench`, and `npm run bench:hosts`, which calls it with --hosts: the driver is TypeScript, so esbuild makes one file of it first, as tsrun does with scripts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const words = process.argv.slice(2)
const program = words[0] === '--hosts' ? 'hosts-main' : 'main'
if (words[0] === '--hosts') words.shift()

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tsmpi-bench-driver-'))
let main
try {
  const outfile = join(folder, 'driver.mjs')
  await build({
    entryPoints: [join(root, `bench/driver/${program}.ts`)],
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
