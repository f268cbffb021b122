#!/usr/bin/env node
// Kept apart from dist/ because compilers write mode 0644, and a bin that npm did not chmod is "Permission denied".
import { existsSync } from 'node:fs'

const cli = new URL('../dist/launcher/cli.js', import.meta.url)
if (existsSync(cli)) {
  await import(cli.href)
} else {
  process.stderr.write('tsrun: this checkout of tsmpi is not built yet; run: npm run build\n')
  process.exitCode = 125
}
