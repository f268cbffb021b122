/** What a host needs, what is said when it lacks something, and that nothing is left of the start then. */

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { version } from '../../src/version.ts'
import { pathOf } from '../examples/list.ts'
import { program, ROOT } from '../helpers/tsrun.ts'
import { missingForHosts } from './world/needs.ts'
import { describeWith, useHosts } from './world/use-hosts.ts'

describeWith(missingForHosts(), 'a host', () => {
  const hosts = useHosts(2)
  const run = (rsh: string, ...args: string[]) => hosts.tsrun(['-H', 'h1,h2', '--rsh', rsh, ...args])
  const hello = pathOf('01-hello.ts')

  test('whose name nobody knows: at once', async () => {
    const { code, stdout, stderr } = await hosts.tsrun(['-H', 'h1,nowhere', '--rsh', hosts.world.rsh, hello])
    expect([code, stdout]).toEqual([125, ''])
    expect(stderr).toMatch(
      /^tsrun: host nowhere \(rank 1\): ssh ended with exit code 255: ssh: Could not resolve hostname nowhere: .*; correct the name .*\n$/,
    )
  })

  test('whose name nobody knows yet, in Kubernetes: until --launch-timeout', async () => {
    const args = ['-H', 'h1,nowhere', '--rsh', hosts.world.rsh, '--launch-timeout', '2s', hello]
    const { code, stdout, stderr } = await hosts.tsrun(args, {
      env: { KUBERNETES_SERVICE_HOST: '10.96.0.1' },
    })
    expect([code, stdout]).toEqual([125, ''])
    expect(stderr).toMatch(/^tsrun: host nowhere: ssh .*; trying again for 2 s \(--launch-timeout\)\n/)
    expect(stderr).toMatch(
      /missing:\n {2}host nowhere \(rank 1\): ssh ended with exit code 255: ssh: Could not resolve hostname nowhere: .*\n$/,
    )
  })

  test('where nobody listens', async () => {
    const { code, stderr } = await run(`${hosts.world.rsh} -p 1`, '--launch-timeout', '2s', hello)
    expect(code).toBe(125)
    for (const [rank, host] of ['h1', 'h2'].entries()) {
      expect(stderr).toMatch(
        new RegExp(
          `\n {2}host ${host} \\(rank ${rank}\\): ssh .*connect to host ${host} port 1: Connection refused\n`,
        ),
      )
    }
  })

  test('that lets others in only', async () => {
    const { code, stdout, stderr } = await run(hosts.world.rshWithWrongKey, hello)
    expect([code, stdout]).toEqual([125, ''])
    expect(stderr).toMatch(
      /^tsrun: host (h1 \(rank 0\)|h2 \(rank 1\)): ssh ended with exit code 255: \S+@h[12]: Permission denied \(publickey\)\.\n$/,
    )
  })

  test('without the working folder', async () => {
    const folder = `/proc/${hosts.world.front.pid}/root/tmp/only-here`
    mkdirSync(folder)
    const args = ['-H', 'front,h1', '--rsh', hosts.world.rsh, hello]
    const { code, stdout, stderr } = await hosts.tsrun(args, { cwd: '/tmp/only-here' })
    rmSync(folder, { recursive: true })
    expect([code, stdout]).toEqual([125, ''])
    expect(stderr).toMatch(
      /^tsrun: host h1 \(rank 1\): there is no folder \/tmp\/only-here there; .*--wdir\n$/,
    )
  })

  test('without node there', async () => {
    const { code, stderr } = await run(hosts.world.rsh, '--node', '/nowhere/node', hello)
    expect(code).toBe(125)
    expect(stderr).toMatch(
      /^tsrun: host h[12] \(rank [01]\): there is no \/nowhere\/node there .*--node PATH\n$/,
    )
  })

  test('that does not answer', async () => {
    const [, host] = hosts.world.hosts
    host!.cut()
    const { code, stdout, stderr } = await run(hosts.world.rsh, '--launch-timeout', '3s', hello)
    host!.restore()
    expect([code, stdout]).toEqual([125, ''])
    expect(stderr).toMatch(
      /not started after 3 s \(--launch-timeout\); missing:\n {2}host h2 \(rank 1\): .*\n$/,
    )
  })

  test('whose shell has a word to say first', async () => {
    const rc = join(hosts.world.folder, 'home/.bashrc')
    writeFileSync(rc, 'echo "Welcome to $(hostname)"\n')
    const { code, stdout, stderr } = await run(hosts.world.rsh, hello)
    rmSync(rc)
    expect([code, stdout]).toEqual([0, 'Hello from rank 0 of 2 on h1\nHello from rank 1 of 2 on h2\n'])
    expect(stderr.trimEnd().split('\n').sort()).toEqual([
      'tsrun: host h1 said: Welcome to h1',
      'tsrun: host h2 said: Welcome to h2',
    ])
  })

  describe('with an installation of its own', () => {
    /** A folder as npm leaves it, with a tsmpi that believes to be of this version. */
    function install(name: string, itsVersion: string): string {
      const prefix = join(hosts.world.folder, name)
      const modules = join(prefix, 'node_modules')
      mkdirSync(modules, { recursive: true })
      for (const one of readdirSync(join(ROOT, 'node_modules'))) {
        if (one !== 'tsmpi') symlinkSync(join(ROOT, 'node_modules', one), join(modules, one))
      }
      for (const part of ['bin', 'dist', 'package.json']) {
        cpSync(join(ROOT, part), join(modules, 'tsmpi', part), { recursive: true })
      }
      for (const file of readdirSync(join(modules, 'tsmpi/dist'), { recursive: true, encoding: 'utf8' })) {
        if (!file.endsWith('.js')) continue
        const path = join(modules, 'tsmpi/dist', file)
        writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`"${version}"`, `"${itsVersion}"`))
      }
      return prefix
    }

    test('of the same version', async () => {
      const prefix = install('same', version)
      const { code, stdout, stderr } = await run(hosts.world.rsh, '--prefix', prefix, pathOf('03-pi.ts'))
      expect([code, stdout, stderr]).toEqual([0, 'pi is 3.1415926536\n', ''])
    })

    test('of another version', async () => {
      const prefix = install('other', '0.0.1')
      const { code, stderr } = await run(hosts.world.rsh, '--prefix', prefix, hello)
      expect(code).toBe(125)
      expect(stderr).toMatch(
        new RegExp(
          `^tsrun: host h[12] \\(rank [01]\\): it has tsmpi 0.0.1, and this tsrun is tsmpi ${version}; `,
        ),
      )
      expect(stderr).toContain(`npm i --prefix ${prefix} tsmpi@${version}\n`)
    })

    test('and no tsmpi in it', async () => {
      const { code, stderr } = await run(hosts.world.rsh, '--prefix', join(hosts.world.folder, 'home'), hello)
      expect(code).toBe(125)
      expect(stderr).toMatch(
        /^tsrun: host h[12] \(rank [01]\): there is no tsmpi there .* npm i --prefix .*\n$/,
      )
    })
  })

  test('that has not the script: it is sent along', async () => {
    const folder = `/proc/${hosts.world.front.pid}/root/tmp/mine`
    mkdirSync(folder)
    cpSync(program('show-place.ts'), join(folder, 'show-place.ts'))
    const { code, stdout, stderr } = await run(hosts.world.rsh, '/tmp/mine/show-place.ts', 'one')
    rmSync(folder, { recursive: true })
    expect([code, stderr]).toEqual([0, ''])
    for (const line of stdout.trimEnd().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({
        argv: ['/tmp/mine/show-place.ts', 'one'],
        cwd: hosts.world.folder,
      })
    }
  })
})

describeWith(missingForHosts(), 'slots', () => {
  const hosts = useHosts(2)

  test('are taken from a hostfile', async () => {
    const file = join(hosts.world.folder, 'hosts')
    writeFileSync(file, '# two of them\nh1 slots=3\nh2:5 # all the rest\n')
    const args = ['-n', '8', '--hostfile', file, '--rsh', hosts.world.rsh, pathOf('01-hello.ts')]
    const { code, stdout } = await hosts.tsrun(args)
    expect(code).toBe(0)
    const places = ['h1', 'h1', 'h1', 'h2', 'h2', 'h2', 'h2', 'h2']
    expect(stdout).toBe(places.map((host, rank) => `Hello from rank ${rank} of 8 on ${host}\n`).join(''))
  })

  test('are as many as a host has CPUs, which it tells itself', async () => {
    const file = join(hosts.world.folder, 'hosts')
    writeFileSync(file, 'h1\nh2\n')
    const { code, stdout } = await hosts.tsrun([
      '--hostfile',
      file,
      '--rsh',
      hosts.world.rsh,
      pathOf('01-hello.ts'),
    ])
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines.filter((line) => line.endsWith('h1')).length).toBe(lines.length / 2)
  })

  test('are a limit', async () => {
    const args = ['-n', '5', '-H', 'h1:2,h2:2', '--rsh', hosts.world.rsh, pathOf('01-hello.ts')]
    const { code, stderr } = await hosts.tsrun(args)
    expect(code).toBe(2)
    expect(stderr.split('\n')).toHaveLength(4)
    expect(stderr).toMatch(/--oversubscribe/)
    expect((await hosts.tsrun(['--oversubscribe', ...args])).code).toBe(0)
  })
})
