/** Ctrl-Z on tsrun stops the whole job, on all hosts, for as long as one likes; fg continues it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../helpers/tsrun.ts'
import type { HostRun } from './world/host-run.ts'
import { missingForHosts } from './world/needs.ts'
import { ranksOn } from './world/ranks.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

const EXCHANGE = join(ROOT, 'test/hosts/programs/exchange-until-word.ts')

/** Longer than ranks may be silent (10 s), and agents (15 s). */
const STOP_MS = 18_000
/** Longer than the time from one heartbeat to the next. */
const ASKED_MS = 5000

describeWith(missingForHosts(), 'a job on several hosts', () => {
  const hosts = useHosts(2)

  async function start(length: string, ...options: string[]): Promise<HostRun> {
    const args = ['-n', '4', '-H', 'h1:2,h2:2', '--rsh', hosts.world.rsh, ...options, EXCHANGE, length]
    const run = hosts.start(args, { input: 'open' })
    run.child.stdin!.write('\n')
    await run.allSay('exchanged', 1)
    return run
  }

  async function stop(run: HostRun): Promise<void> {
    const { pid } = run
    run.kill('SIGTSTP')
    await until(() => isStopped(pid))
    await sleep(STOP_MS)
    for (const host of hosts.world.hosts) expect(ranksOn(host).map(isStopped)).toEqual([true, true])
    // The job of a shell is tsrun here, and the nsenter that stops with it, and continues it.
    run.child.kill('SIGCONT')
  }

  async function goesOn(run: HostRun): Promise<void> {
    run.child.stdin!.write('\n')
    await run.allSay('exchanged', 2)
    run.child.stdin!.end()
    const { code, stdout, stderr } = await run.ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.match(/done after/g)).toHaveLength(4)
  }

  test.each([
    ['short messages', '3', []],
    ['long messages', '2000000', []],
    ['long messages, not encrypted', '2000000', ['--plain']],
  ])('stopped for 18 s goes on: %s', async (_, length, options) => {
    const run = await start(length, ...options)
    await stop(run)
    await goesOn(run)
  })

  test('goes on though the ranks of one host were stopped later, and had asked the others for a sign of life', async () => {
    const run = await start('3')
    for (const pid of ranksOn(hosts.world.hosts[1]!)) process.kill(pid, 'SIGSTOP')
    await sleep(ASKED_MS)
    await stop(run)
    await goesOn(run)
  })
})

function isStopped(pid: number): boolean {
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.[0] === 'T'
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(10)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
