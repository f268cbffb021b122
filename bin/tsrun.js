#!/usr/bin/env node
// Kept apart from dist/ because compilers write mode 0644, and a bin that npm did not chmod is "Permission denied".
if (typeof process.getBuiltinModule !== 'function') {
  process.stderr.write(`tsrun: tsmpi needs Node 20.19 or later, this is ${process.version}\n`)
  process.exit(125)
}
try {
  await import('../dist/launcher/cli.js')
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error
  process.stderr.write('tsrun: this checkout of tsmpi is not built yet; run: npm run build\n')
  process.exitCode = 125
}
