/** Ctrl-Z on tsrun stops the whole job, on all hosts, for as long as one likes; fg continues it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../helpers/tsrun.ts'
import { missingForHosts } from './world/needs.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

const EXCHANGE = join(ROOT, 'test/hosts/programs/exchange-until-word.ts')

/** Longer than ranks and agents may be silent. */
const STOP_MS = 18_000

describeWith(missingForHosts(), 'a job on several hosts', () => {
  const hosts = useHosts(2)

  test.each([
    ['short messages', '3', []],
    ['short messages, not encrypted', '3', ['--plain']],
    ['long messages', '2000000', []],
    ['long messages, not encrypted', '2000000', ['--plain']],
  ])('stopped for 18 s goes on: %s', async (_, length, options) => {
    const args = ['-n', '4', '-H', 'h1:2,h2:2', '--rsh', hosts.world.rsh, ...options, EXCHANGE, length]
    const run = hosts.start(args, { input: 'open' })
    run.child.stdin!.write('\n')
    await run.allSay('exchanged', 1)
    const { pid } = run
    process.kill(pid, 'SIGTSTP')
    while (stateOf(pid) !== 'T') await sleep(10)
    await sleep(STOP_MS)
    // nsenter stops with its child, and continues it.
    run.child.kill('SIGCONT')
    run.child.stdin!.write('\n')
    await run.allSay('exchanged', 2)
    run.child.stdin!.end()
    const { code, stdout, stderr } = await run.ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.match(/done after/g)).toHaveLength(4)
  })
})

function stateOf(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.[0]
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
