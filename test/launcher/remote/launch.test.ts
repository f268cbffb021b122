/** What keeps ranks from being started on another host, and what tsrun says then. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { version } from '../../../src/version.ts'
import { rsh, twoHosts } from '../../helpers/rsh.ts'
import { program, ROOT, Run, tsrun } from '../../helpers/tsrun.ts'

const HELLO = program('hello.ts')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tso-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** A node that greets as something else. */
function otherAgent(tsmpi: string, node: string): string {
  const path = join(folder, 'node')
  writeFileSync(path, `#!/bin/sh\nexec sh ${ROOT}/test/fixtures/rsh/other-agent.sh ${tsmpi} ${node}\n`)
  chmodSync(path, 0o755)
  return path
}

describe('what a host lacks', () => {
  test('Node', async () => {
    const { code, stderr } = await tsrun([...twoHosts(), '--node', '/none/node', HELLO])
    expect(stderr).toMatch(
      /^tsrun: host host[AB] \(ranks (0-1|2-3)\): there is no \/none\/node there \(".*not found"\); install Node 20.19 or later, or say where it is with --node PATH\n$/,
    )
    expect(code).toBe(125)
  })

  test('tsmpi', async () => {
    const { code, stderr } = await tsrun([...twoHosts(), '--prefix', '/none', HELLO])
    const agent = '/none/node_modules/tsmpi/dist/launcher/remote/main.js'
    expect(stderr).toMatch(/^tsrun: host host[AB] \(ranks (0-1|2-3)\): /)
    expect(stderr).toContain(
      `: there is no tsmpi there (no file ${agent}); there: npm i --prefix /none tsmpi@${version}\n`,
    )
    expect(code).toBe(125)
  })

  test('this version of tsmpi', async () => {
    const options = ['--prefix', '/some', '--node', otherAgent('0.0.9', 'v22.0.0')]
    const { code, stderr } = await tsrun([...twoHosts(), ...options, HELLO])
    expect(stderr).toContain(
      `: it has tsmpi 0.0.9, and this tsrun is tsmpi ${version}; there: npm i --prefix /some tsmpi@${version}\n`,
    )
    expect(code).toBe(125)
  })

  test('a Node that is new enough', async () => {
    const node = otherAgent(version, 'v20.18.3')
    const { code, stderr } = await tsrun([...twoHosts(), '--node', node, HELLO])
    expect(stderr).toContain(
      `: ${node} is Node v20.18.3 there, and tsmpi needs 20.19 or later; install it, or say where one is with --node PATH\n`,
    )
    expect(code).toBe(125)
  })

  test('the working folder', async () => {
    const { code, stderr } = await tsrun([...twoHosts(), '--wdir', '/none', HELLO])
    expect(stderr).toMatch(
      /^tsrun: host host[AB] \(ranks (0-1|2-3)\): there is no folder \/none there; make it, or choose the ranks' working folder with --wdir\n$/,
    )
    expect(code).toBe(125)
  })

  test('a network with the others', async () => {
    const { code, stderr } = await tsrun([...twoHosts(), '--iface', '203.0.113.0/24', HELLO])
    expect(stderr).toMatch(
      /^tsrun: --iface 203.0.113.0\/24: host hostA has no such address\n {2}host hostA: /,
    )
    expect(code).toBe(125)
  })

  test('shared memory, where it is asked for', async () => {
    const without = `env NODE_OPTIONS=--require=${join(ROOT, 'test/fixtures/without-koffi.cjs')} ${rsh()}`
    const hosts = ['-n', '4', '-H', 'hostA:2,hostB:2', '--rsh', without]
    const { code, stderr } = await tsrun([...hosts, '--transport', 'shm', HELLO])
    expect(stderr).toMatch(
      /^tsrun: host (host[AB]) \(ranks (0-1|2-3)\): --transport shm: there is no shared memory on \1: /,
    )
    expect(code).toBe(125)
  })
})

describe('the way to a host', () => {
  test('a login shell that prints is passed on', async () => {
    const { code, stdout, stderr } = await tsrun([...twoHosts('banner'), HELLO])
    expect(stdout.split('\n')).toHaveLength(5)
    expect(stderr.split('\n').sort()).toEqual([
      '',
      'tsrun: host hostA said: Welcome to hostA',
      'tsrun: host hostA said: and no end to this line',
      'tsrun: host hostB said: Welcome to hostB',
      'tsrun: host hostB said: and no end to this line',
    ])
    expect(code).toBe(0)
  })

  test('it is closed: what the command said last, and its exit code', async () => {
    const { code, stderr } = await tsrun([...twoHosts('denied'), HELLO])
    expect(stderr).toMatch(
      /^tsrun: host (host[AB]) \(ranks (0-1|2-3)\): sh ended with exit code 255: alice@\1: Permission denied \(publickey\)\.\n$/,
    )
    expect(code).toBe(125)
  })

  test('there is no such command', async () => {
    const { code, stderr } = await tsrun(['-H', 'hostA', '--rsh', '/none/rsh', HELLO])
    expect(stderr).toBe('tsrun: host hostA (rank 0): there is no command /none/rsh\n')
    expect(code).toBe(125)
  })

  test('nobody listens yet: again, and it is said', async () => {
    const { code, stdout, stderr } = await tsrun([...twoHosts('refused-once'), HELLO])
    expect(stdout.split('\n')).toHaveLength(5)
    expect(stderr.split('\n').sort()).toEqual([
      '',
      ...['hostA', 'hostB'].map(
        (host) =>
          `tsrun: host ${host}: sh ended with exit code 255: ssh: connect to host ${host} port 22: Connection refused; trying again for 60 s (--launch-timeout)`,
      ),
    ])
    expect(code).toBe(0)
  })

  test('nobody listens ever: --launch-timeout names hosts, ranks and why', async () => {
    const { code, stderr } = await tsrun([...twoHosts('refused'), '--launch-timeout', '2', HELLO])
    expect(stderr.slice(stderr.indexOf('tsrun: the job'))).toBe(
      [
        'tsrun: the job was not started after 2 s (--launch-timeout); missing:',
        '  host hostB (ranks 2-3): sh ended with exit code 255: ssh: connect to host hostB port 22: Connection refused',
        '',
      ].join('\n'),
    )
    expect(code).toBe(125)
  })

  test('it hangs: --launch-timeout', async () => {
    const { code, stderr } = await tsrun([...twoHosts('hangs'), '--launch-timeout', '2', HELLO])
    expect(stderr).toBe(
      'tsrun: the job was not started after 2 s (--launch-timeout); missing:\n  host hostB (ranks 2-3): no sign of its agent\n',
    )
    expect(code).toBe(125)
  })

  test('it hangs: Ctrl-C', async () => {
    const run = new Run([...twoHosts('banner-then-hangs'), HELLO])
    await run.output(({ stderr }) => stderr.includes('hostB said'))
    run.kill('SIGINT')
    const { code, stdout } = await run.ended
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  })

  test('it hangs: kill -9', async () => {
    const run = new Run([...twoHosts('banner-then-hangs'), HELLO])
    await run.output(({ stderr }) => stderr.includes('hostB said'))
    run.kill('SIGKILL')
    await run.ended
  })

  test('it hangs behind the greeting: --launch-timeout', async () => {
    const node = otherAgent(version, process.version)
    const { code, stderr } = await tsrun([...twoHosts(), '--launch-timeout', '2', '--node', node, HELLO])
    expect(stderr).toBe(
      'tsrun: the job was not started after 2 s (--launch-timeout); missing:\n  host hostA (ranks 0-1)\n  host hostB (ranks 2-3)\n',
    )
    expect(code).toBe(125)
  })

  test('it prints without end', async () => {
    const { code, stderr } = await tsrun(['-H', 'hostA', '--rsh', rsh('endless'), HELLO])
    expect(stderr).toContain(
      'tsrun: host hostA (rank 0): what came from it is not of a tsmpi agent: it prints without end\n',
    )
    expect(code).toBe(125)
  })

  test('it does not pass on its standard input', async () => {
    const { code, stderr } = await tsrun(['-H', 'hostA', '--rsh', rsh('deaf'), HELLO])
    expect(stderr).toBe(
      'tsrun: host hostA (rank 0): its agent is gone: sh ended with exit code 0 without a word; does it pass its standard input on? docker and kubectl need exec -i\n',
    )
    expect(code).toBe(125)
  })
})

test('--verbose tells of every host its address and what messages go through', async () => {
  const { stderr } = await tsrun([...twoHosts(), '--verbose', HELLO])
  expect(stderr.split('\n').sort()).toEqual([
    '',
    'tsrun: 2 ranks on hostA; messages go through shared memory (memfd)',
    'tsrun: 2 ranks on hostB; messages go through shared memory (memfd)',
    'tsrun: between hosts messages go through ZeroMQ over tcp, encrypted: hostA at 127.0.0.1, hostB at 127.0.0.1',
  ])
})
