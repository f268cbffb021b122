/** Networks that are slow, and networks that lose packets: a job takes longer there, and nobody is given up for it. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mpiProgram, ROOT } from '../helpers/tsrun.ts'
import { missingForHosts, missingForLoss, missingForSlowness } from './world/needs.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

const NO_HOSTS = missingForHosts()

describeWith([...NO_HOSTS, ...missingForSlowness()], 'a network of 1 MB/s', () => {
  const hosts = useHosts(2, 'each')

  test.each([
    ['encrypted', []],
    ['plain', ['--plain']],
  ])('carries what takes longer than any silence may, %s', async (_, options) => {
    for (const host of hosts.world.hosts) {
      const shape = ['tbf', 'rate', '8mbit', 'burst', '32kbit', 'latency', '400ms']
      host.network('tc', 'qdisc', 'add', 'dev', 'eth0', 'root', ...shape)
    }
    const program = join(ROOT, 'test/hosts/programs/long-message.ts')
    const args = ['-n', '2', '-H', 'h1,h2', '--rsh', hosts.world.rsh, ...options, program, '16000000']
    const { code, stdout, stderr } = await hosts.tsrun(args)
    expect([code, stdout, stderr]).toEqual([0, 'arrived\n', ''])
  })
})

describeWith(NO_HOSTS, 'a network that is gone for 3 s', () => {
  const hosts = useHosts(2, 'each')

  test('is waited for', async () => {
    const program = join(ROOT, 'test/hosts/programs/wait-for-word.ts')
    const args = ['-n', '4', '-H', 'h1:2,h2:2', '--rsh', hosts.world.rsh, program]
    const run = hosts.start(args, { input: 'open' })
    await run.allSay('met\n', 4)
    const [, host] = hosts.world.hosts
    host!.cut()
    run.child.stdin!.end()
    await new Promise((resolve) => setTimeout(resolve, 3000))
    host!.restore()
    const { code, stdout, stderr } = await run.ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.match(/met again/g)).toHaveLength(4)
  })
})

describeWith([...NO_HOSTS, ...missingForLoss()], 'a network of 20 ms that loses 1 % of all packets', () => {
  const hosts = useHosts(2, 'each')

  test('carries every collective', async () => {
    for (const host of hosts.world.hosts) {
      host.network('tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'netem', 'delay', '20ms', 'loss', '1%')
    }
    const program = mpiProgram('all-collectives.ts')
    const args = ['-n', '4', '-H', 'h1:2,h2:2', '--rsh', hosts.world.rsh, program, '1', '50000']
    const { code, stdout, stderr } = await hosts.tsrun(args)
    expect([code, stdout, stderr]).toEqual([0, 'all agree\n', ''])
  })
})
