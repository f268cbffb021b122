/** The hosts of these tests are what they claim to be, before anything is concluded from them. */

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { missingForHosts } from './world/needs.ts'
import { describeWith, remains, useHosts } from './world/use-hosts.ts'
import { makeHosts, type World } from './world/world.ts'

interface Said {
  readonly code: number | null
  readonly text: string
}

/** Runs a command on the front host. */
async function run(world: World, ...command: string[]): Promise<Said> {
  const [file, ...words] = [...world.front.enter(world.folder), ...command]
  const child = spawn(file!, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })))
}

const ssh = (world: World, host: string, command: string): Promise<Said> =>
  run(world, ...world.rsh.split(' '), '-o', 'BatchMode=yes', host, command)

describeWith(missingForHosts(), 'hosts', () => {
  const hosts = useHosts(3, 'each')

  test('have a name, an address, processes, /tmp and /dev/shm of their own, and are reached by ssh', async () => {
    const { world } = hosts
    // Below /tmp, this checkout is the one thing that is there.
    const checkout = /^\/tmp\/([^/]+)/.exec(realpathSync(process.cwd()))?.[1]
    for (const host of world.hosts) {
      const said = await ssh(world, host.name, 'hostname; ls -A /dev/shm /tmp; ip -4 -br addr show dev eth0')
      expect(said.code).toBe(0)
      const [name, ...rest] = said.text.split('\n')
      const files = rest.slice(0, -2)
      expect([name, ...files]).toEqual([
        host.name,
        '/dev/shm:',
        '',
        '/tmp:',
        ...(checkout === undefined ? [] : [checkout]),
      ])
      expect(rest.at(-2)).toMatch(new RegExp(`^eth0@\\S+ +UP +${host.address}/24`))
    }
    expect((await ssh(world, 'h1', `ls -d /proc/${process.pid}`)).code).not.toBe(0)
  })

  test('see a common folder and what the machine has', async () => {
    const { world } = hosts
    const said = await ssh(world, 'h2', `ls ${join(world.folder, 'ssh_config')} ${process.execPath}`)
    expect(said.code).toBe(0)
  })

  test('reach each other', async () => {
    const { world } = hosts
    const { text } = await ssh(world, 'h1', `${world.rsh} h3 hostname`)
    expect(text).toBe('h3\n')
  })

  test('know no other names, and open their doors to one key only', async () => {
    const { world } = hosts
    expect((await ssh(world, 'nowhere', 'true')).text).toMatch(/Could not resolve hostname nowhere/)
    expect((await run(world, ...world.rshWithWrongKey.split(' '), 'h1', 'true')).text).toMatch(
      /Permission denied \(publickey\)/,
    )
  })

  test('go silent when cut off, and come back', async () => {
    const { world } = hosts
    world.hosts[0]!.cut()
    const said = await run(world, ...world.rsh.split(' '), '-o', 'ConnectTimeout=1', 'h1', 'true')
    expect(said.text).toMatch(/timed out/)
    world.hosts[0]!.restore()
    expect(await ssh(world, 'h1', 'echo here')).toEqual({ code: 0, text: 'here\n' })
  })

  test('end with everything on them', async () => {
    const { world } = hosts
    const held = ssh(world, 'h2', 'echo up; sleep 1000')
    await until(() => world.hosts[1]!.processes().some(({ command }) => command.startsWith('sleep')))
    await world.hosts[1]!.kill()
    expect((await held).code).toBe(255)
    expect(world.hosts[1]!.processes()).toEqual([])
    expect((await ssh(world, 'h1', 'echo here')).text).toBe('here\n')
  })

  test('show what was left', async () => {
    const { world } = hosts
    const host = world.hosts[0]!
    expect(
      await ssh(world, 'h1', 'nohup sleep 1000 >/dev/null 2>&1 & touch /dev/shm/x /tmp/y'),
    ).toMatchObject({ code: 0 })
    const left = await remains(world)
    expect(left).toEqual([expect.stringMatching(/^h1: \d+ sleep 1000$/), 'h1: /tmp/y', 'h1: /dev/shm/x'])
    process.kill(host.processes()[0]!.pid, 'SIGKILL')
    expect((await ssh(world, 'h1', 'rm /dev/shm/x /tmp/y')).code).toBe(0)
  })
})

describeWith(missingForHosts(), 'removal', () => {
  test('leaves no process, no namespace and no file', async () => {
    const world = await makeHosts(2)
    const pids = world.all.map((host) => host.pid)
    await world.close()
    expect(existsSync(world.folder)).toBe(false)
    for (const pid of pids) expect(existsSync(`/proc/${pid}`)).toBe(false)
  })

  test('comes by itself when the process that made them is killed', async () => {
    const folder = mkdtempSync('/var/tmp/tsmpi-removal-')
    const made = join(folder, 'made.txt')
    await build({
      stdin: {
        contents: `
          import { writeFileSync } from 'node:fs'
          import { makeHosts } from './world/world.ts'
          const { folder, all } = await makeHosts(2)
          writeFileSync(${JSON.stringify(made)}, JSON.stringify({ folder, pids: all.map(({ pid }) => pid) }))
          process.kill(process.pid, 'SIGKILL')`,
        resolveDir: import.meta.dirname,
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: join(folder, 'make.mjs'),
    })
    const maker = spawn(process.execPath, [join(folder, 'make.mjs')], { stdio: 'inherit' })
    await new Promise((resolve) => maker.once('close', resolve))
    const { pids, ...world } = JSON.parse(readFileSync(made, 'utf8')) as { folder: string; pids: number[] }
    await until(() => pids.every((pid) => !existsSync(`/proc/${pid}`)))
    // Another run may have swept up already.
    for (const path of [world.folder, folder]) rmSync(path, { recursive: true, force: true })
  })
})

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10))
}
