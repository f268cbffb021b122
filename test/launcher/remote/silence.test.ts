/** Connections that are there but say nothing any more, as after a cut network. These tests take their 15 seconds. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { processesOf } from '../../helpers/leftovers.ts'
import { twoHosts } from '../../helpers/rsh.ts'
import { program, Run } from '../../helpers/tsrun.ts'

test('an agent falls silent: its host is lost', async () => {
  const run = new Run([...twoHosts(), program('forever.ts')])
  await run.allSay('ready', 4)
  const agent = pidOf(run, 'remote/main.js')
  process.kill(agent, 'SIGSTOP')
  const { code, stderr } = await run.ended
  expect(stderr).toMatch(/^tsrun: lost host host[AB] \(ranks (0-1|2-3)\): it has been silent for 15 s\n/)
  expect(code).toBe(1)
  process.kill(agent, 'SIGCONT')
  // It has to wake up before it finds out that it is not wanted any more.
  await expect.poll(() => processesOf(run.watched), { timeout: 20_000 }).toEqual([])
})

test('tsrun falls silent: the agents end its ranks', async () => {
  const run = new Run([...twoHosts(), program('sync-loop.ts')])
  await run.allSay('ready', 4)
  const ranks = () => processesOf(run.watched).filter(({ command }) => command.includes('bootstrap/boot.js'))
  expect(ranks()).toHaveLength(4)
  run.kill('SIGSTOP')
  await expect.poll(ranks, { timeout: 40_000 }).toEqual([])
  run.kill('SIGCONT')
  const { code, stderr } = await run.ended
  expect(stderr).toMatch(/^tsrun: (lost host|rank \d)/)
  expect(code).not.toBe(0)
})

test('tsrun is stopped from the terminal: everything waits, for as long as it takes', async () => {
  const run = new Run([...twoHosts(), program('say-signals.ts')])
  await run.allSay('ready', 4)
  run.kill('SIGTSTP')
  await new Promise((resolve) => setTimeout(resolve, 20_000))
  expect(readFileSync(`/proc/${run.child.pid}/stat`, 'latin1')).toContain(') T ')
  run.kill('SIGCONT')
  await run.allSay('got CONT', 4)
  run.kill('SIGTERM')
  expect((await run.ended).code).toBe(143)
})

function pidOf(run: Run, part: string): number {
  const found = processesOf(run.watched).filter(
    ({ command }) => command.startsWith(process.execPath) && command.includes(part),
  )
  return found[0]!.pid
}
