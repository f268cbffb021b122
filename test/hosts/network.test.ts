/** Where ranks listen, and what of the job's secrets can be seen. */

import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../helpers/tsrun.ts'
import type { Host } from './world/host.ts'
import { listenersOn } from './world/listeners.ts'
import { missingForHosts } from './world/needs.ts'
import { environmentOf } from './world/processes.ts'
import { listenToTsrun } from './world/told.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

const PROGRAM = join(ROOT, 'test/hosts/programs/wait-for-word.ts')

/** 32 bytes in hexadecimal digits, in base64, or in the way of ZeroMQ, which no path or option looks like. */
function hasKey(text: string): boolean {
  return text.split(/[\s"',:\0]+/).some((word) => {
    if (word.length === 64) return /^[0-9a-f]+$/.test(word)
    if (word.length === 43 || word.length === 44) return /^[\w+-]+=?$/.test(word)
    return word.length === 40 && (word.match(/[!&<>(){}@%$#^*?[\]]/g)?.length ?? 0) > 2
  })
}

const INHERITED = Object.fromEntries(
  Object.entries(process.env).map(([name, value]) => [`${name}=${value}`, 1]),
)

describeWith(missingForHosts(), 'ranks of several hosts', () => {
  const hosts = useHosts(2, 'all', 2)
  const start = (...more: string[]) =>
    hosts.start(['-n', '4', '-H', 'h1:2,h2:2', '--rsh', hosts.world.rsh, ...more, PROGRAM], { input: 'open' })

  async function listening(...more: string[]): Promise<string[][]> {
    const run = start(...more)
    await run.allSay('met\n', 4)
    const found = hosts.world.hosts.map(listenersOn)
    run.child.stdin!.end()
    const { code, stdout, stderr } = await run.ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/met again/)
    return found
  }

  test('listen on the network that tsrun came over, and nowhere else', async () => {
    const found = await listening()
    for (const [i, host] of hosts.world.hosts.entries()) {
      expect(found[i]!.length).toBeGreaterThan(0)
      for (const listener of found[i]!) expect(listener.split(':')[0]).toBe(host.address)
    }
  })

  test.each(['eth1', '10.83.1.0/24'])('listen where --iface %s says', async (iface) => {
    const found = await listening('--iface', iface)
    expect(found.flat().length).toBeGreaterThan(0)
    for (const listener of found.flat()) expect(listener).toMatch(/^10\.83\.1\.[23]:\d+$/)
  })

  test('keep to the ports of --port-range', async () => {
    const found = await listening('--port-range', '20000-20001')
    expect(found.flat().length).toBeGreaterThan(0)
    for (const listener of found.flat()) expect(listener).toMatch(/:2000[01]$/)
  })

  test('say so when the range is too small', async () => {
    const { code, stderr } = await start('--port-range', '2222-2222').ended
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/host h[12]/)
    expect(stderr).toMatch(/--port-range/)
  })

  test('say which hosts have no such interface', async () => {
    const { code, stderr } = await start('--iface', 'eth7').ended
    expect(code).toBe(125)
    expect(stderr).toMatch(/--iface eth7: host h1 has no such address\n {2}host h1: eth0 10\.83\.0\.2\/24, /)
  })

  test('of one host listen nowhere', async () => {
    const args = ['-n', '2', '-H', 'h1:2', '--rsh', hosts.world.rsh, PROGRAM]
    const run = hosts.start(args, { input: 'open' })
    await run.allSay('met\n', 2)
    expect(hosts.world.hosts.flatMap(listenersOn)).toEqual([])
    run.child.stdin!.end()
    expect((await run.ended).code).toBe(0)
  })

  test('keep their secrets', async () => {
    const told = listenToTsrun(hosts.world)
    const args = ['-n', '4', '-H', 'h1:2,h2:2', '--rsh', told.rsh, PROGRAM]
    const run = hosts.start(args, { input: 'open' })
    await run.allSay('met\n', 4)
    const secret = told.secret()

    const seen: string[] = []
    const look = (where: string, text: string): void => {
      if (text.includes(secret) || hasKey(text)) seen.push(`${where}: ${text}`)
    }
    for (const host of hosts.world.all) {
      for (const { pid, command } of host.processes()) {
        look(`command on ${host.name}`, command)
        for (const variable of environmentOf(pid)) {
          // The front host sees the environment of this test, too.
          if (!(variable in INHERITED)) look(`environment of ${command} on ${host.name}`, variable)
        }
      }
      for (const file of host.files()) look(`${file} on ${host.name}`, textOf(host, file))
    }
    run.child.stdin!.end()
    expect((await run.ended).code).toBe(0)
    expect(seen).toEqual([])
  })
})

function textOf(host: Host, file: string): string {
  const path = `/proc/${host.pid}/root${file}`
  // A pipe would be waited for.
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, 'latin1') : ''
}
