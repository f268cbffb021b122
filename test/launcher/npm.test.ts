/** Ends that come through npm and npx, whose process tree is rebuilt here: node, a shell, tsrun. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { program, Run } from '../helpers/tsrun.ts'

const npm = [
  process.execPath,
  '-e',
  "process.title = 'npm exec tsrun'; require('child_process').spawn('sh', ['-c', '\"$0\" \"$@\"; exit $?', ...process.argv.slice(1)], { stdio: 'inherit' }).on('exit', (code) => process.exit(code))",
  '--',
]
const env = { npm_command: 'exec' }

function startBelowNpm(): Run {
  return new Run(['-n', '2', program('forever.ts')], { through: npm, env })
}

test('the exit code comes through', async () => {
  const run = new Run(['-n', '2', program('exit-3-on-rank-1.ts')], { through: npm, env })
  expect((await run.ended).code).toBe(3)
})

test('npm is ended, its shell lives on: tsrun notices', async () => {
  const run = startBelowNpm()
  await run.allSay('ready', 2)
  run.kill('SIGTERM')
  expect((await run.ended).stderr).toContain('ended by SIGTERM')
})

test('npm and its shell are killed: tsrun notices', async () => {
  const run = startBelowNpm()
  await run.allSay('ready', 2)
  const shell = Number(readFileSync(`/proc/${run.child.pid}/task/${run.child.pid}/children`, 'latin1').trim())
  process.kill(shell, 'SIGKILL')
  expect((await run.ended).stderr).toContain('ended by SIGTERM')
})

test('two SIGINT within a millisecond are one Ctrl-C', async () => {
  const run = new Run(['-n', '2', program('say-goodbye-on-int.ts')], { env })
  await run.allSay('ready', 2)
  run.kill('SIGINT')
  run.kill('SIGINT')
  const { code, stdout } = await run.ended
  // Killed at once they could not have said it.
  expect(stdout.match(/goodbye/g)).toHaveLength(2)
  expect(code).toBe(130)
})
