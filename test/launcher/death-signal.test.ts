/** The parent-death signal by our own call, for systems without setpriv. Linux only, like the call. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { test } from 'vitest'
import { ROOT } from '../helpers/tsrun.ts'

const { outputFiles } = buildSync({
  entryPoints: [join(ROOT, 'src/bootstrap/death-signal.ts')],
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
  // koffi is looked for from there.
  define: { 'import.meta.url': JSON.stringify(import.meta.url) },
})

const CHILD = `${outputFiles[0]!.text}
console.log(setDeathSignal(9))
for (;;);`

const PARENT = `
require('child_process').spawn(process.execPath, ['--input-type=module', '-e', process.argv[1]], { stdio: ['ignore', 'inherit', 'inherit'] })
setInterval(() => {}, 1000)`

test('a process in a synchronous loop dies with its parent', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT, CHILD], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  parent.stdout.setEncoding('utf8')
  while (!text.includes('true')) text += (await once(parent.stdout, 'data'))[0]
  const ended = once(parent.stdout, 'close')
  parent.kill('SIGKILL')
  // The child holds the pipe too: it closes only when both are gone.
  await ended
})
