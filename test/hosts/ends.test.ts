/** Every end of a job on several hosts: its exit code, who is named, and that no host keeps anything of it. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mpiProgram, program, ROOT } from '../helpers/tsrun.ts'
import { missingForHosts } from './world/needs.ts'
import { describeWith, remains, useHosts } from './world/use-hosts.ts'

const ENDLESS = join(ROOT, 'test/hosts/programs/allreduce-forever.ts')

describeWith(missingForHosts(), 'when a rank on another host', () => {
  const hosts = useHosts(2)
  const run = (script: string, ...args: string[]) =>
    hosts.tsrun(['-n', '4', '-H', 'h1,h2:3', '--rsh', hosts.world.rsh, script, ...args])

  test('exits with 3, so does tsrun', async () => {
    const { code, stderr } = await run(program('exit-3-on-rank-1.ts'))
    expect(code).toBe(3)
    expect(stderr).toMatch(/^tsrun: rank 1 \(host h2, pid \d+\) exited with code 3\n/)
  })

  test('is killed, tsrun names it', async () => {
    const { code, stderr } = await run(program('kill-self-on-rank-1.ts'), 'SIGKILL')
    expect(code).toBe(137)
    expect(stderr).toMatch(/^tsrun: rank 1 \(host h2, pid \d+\) was killed by SIGKILL/)
  })

  test('throws, its stack comes first', async () => {
    const { code, stderr } = await run(program('throw-on-rank-1.ts'))
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /tsrun: rank 1 \(host h2, pid \d+\) failed with an uncaught error[\s\S]*throw-on-rank-1\.ts:\d+/,
    )
  })

  test('calls abort(7), tsrun exits with 7', async () => {
    const { code, stderr } = await run(program('abort-7-on-rank-1.ts'), '7')
    expect(code).toBe(7)
    expect(stderr).toMatch(/^tsrun: rank 1 \(host h2, pid \d+\) called abort\(7\)/)
  })

  test('exits with 0 while the others wait, that is an error', async () => {
    const { code, stderr } = await run(mpiProgram('exit-0-while-others-wait.ts'))
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /RankFailedError: barrier on world, .* rank 1 has finished and did not take part in this call/,
    )
  })

  test.each(['bcast-against-reduce', 'different-roots', 'sum-against-max'])(
    'gives %s, both sides are told',
    async (name) => {
      const { code, stderr } = await run(mpiProgram(`${name}.ts`))
      expect(code).toBe(1)
      expect(stderr).toMatch(/CollectiveMismatchError/)
    },
  )
})

describeWith(missingForHosts(), 'a signal to tsrun', () => {
  const hosts = useHosts(2)
  const start = (name: string, ...args: string[]) =>
    hosts.start(['-n', '4', '-H', 'h1:2,h2:2', '--rsh', hosts.world.rsh, ...args, name])

  // 20 of 20; use-hosts.ts allows one second.
  test.each(
    Array.from(
      { length: 20 },
      (_, i) =>
        [i + 1, ['sync-loop.ts', 'forever-ignoring-signals.ts', 'grandchild-then-loop.ts'][i % 3]!] as const,
    ),
  )('SIGKILL, %i: no host has anything left of %s', async (_, name) => {
    const run = start(program(name))
    await run.allSay('ready', 4)
    run.kill('SIGKILL')
    expect(await run.ended).toMatchObject({ signal: 'SIGKILL' })
  })

  test.each([0, 100, 200, 300, 400])('SIGKILL %i ms after its start', async (delayMs) => {
    const run = start(program('sync-loop.ts'))
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    await run.killOnceThere()
    await run.ended
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends the job', async (signal, exitCode) => {
    const run = start(ENDLESS)
    await run.allSay('ready', 4)
    run.kill(signal)
    const { code, stderr } = await run.ended
    expect(code).toBe(exitCode)
    expect(stderr).toContain(`ended by ${signal}`)
  })

  test('Ctrl-C ends ranks that ignore it too; a second one at once', async () => {
    for (const presses of [1, 2]) {
      const run = start(program('forever-ignoring-signals.ts'))
      await run.allSay('ready', 4)
      for (let i = 0; i < presses; i++) run.kill('SIGINT')
      expect((await run.ended).code).toBe(130)
      expect(await remains(hosts.world)).toEqual([])
    }
  })

  test('--timeout says what ranks on all hosts were doing', async () => {
    const { code, stderr } = await start(mpiProgram('all-receive.ts'), '--timeout', '5s').ended
    expect(code).toBe(124)
    for (const rank of [0, 1, 2, 3]) expect(stderr).toMatch(new RegExp(`rank ${rank}: waiting in recv`))
  })
})

describeWith(missingForHosts(), 'in mid-collective', () => {
  const hosts = useHosts(2, 'each')
  const start = () => hosts.start(['-n', '4', '-H', 'h1:2,h2:2', '--rsh', hosts.world.rsh, ENDLESS])

  test('a host dies', async () => {
    const run = start()
    await run.allSay('ready', 4)
    await hosts.world.hosts[1]!.kill()
    const { code, stderr } = await run.ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/host h2/)
  })

  test('a host goes silent, as if its power had failed', async () => {
    const run = start()
    await run.allSay('ready', 4)
    hosts.world.hosts[1]!.cut()
    await hosts.world.hosts[1]!.kill()
    const { code, stderr } = await run.ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/host h2/)
  })

  test('a cable is cut: the job ends, and so do the ranks beyond the cut', async () => {
    const run = start()
    await run.allSay('ready', 4)
    const [, host] = hosts.world.hosts
    host!.cut()
    const { code, stderr } = await run.ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/host h2/)
    // What stays is sshd, which waits for its client.
    while (host!.processes().some(({ command }) => !command.startsWith('sshd:'))) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(host!.files()).toEqual([])
    await host!.kill()
  })

  test('two hosts lose each other, while tsrun reaches both', async () => {
    const run = start()
    await run.allSay('ready', 4)
    const [first, second] = hosts.world.hosts
    first!.network('ip', 'route', 'add', 'blackhole', `${second!.address}/32`)
    const { code, stderr } = await run.ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/rank \d \(host h[12], pid \d+\) lost its connection to rank \d/)
  })
})
