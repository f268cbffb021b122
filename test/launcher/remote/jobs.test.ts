/** Whole jobs on "hosts" that a script instead of ssh makes of this machine. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { processesOf } from '../../helpers/leftovers.ts'
import { rsh, twoHosts } from '../../helpers/rsh.ts'
import { program, Run, tsrun } from '../../helpers/tsrun.ts'

describe('what a rank is told', () => {
  test('its place, who shares memory, how to reach the others', async () => {
    const { code, stdout, stderr } = await tsrun([...twoHosts(), program('show-job.ts')])
    const jobs = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { rank: number })
      .sort((a, b) => a.rank - b.rank)
    const net = { address: '127.0.0.1', ports: null, secret: 64, encrypted: true }
    expect(jobs).toEqual(
      [0, 1, 2, 3].map((rank) => ({
        rank,
        localRank: rank % 2,
        localSize: 2,
        nodeRank: rank < 2 ? 0 : 1,
        nodeOf: [0, 0, 1, 1],
        sharing: [true, true],
        hostname: rank < 2 ? 'hostA' : 'hostB',
        bracketing: 'placement',
        net,
      })),
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('options for the network, and ranks dealt out in turns', async () => {
    const options = ['--map-by', 'node', '--plain', '--port-range', '20000-20010', '--reproducible']
    const { stdout } = await tsrun([...twoHosts(), ...options, '--iface', 'lo', program('show-job.ts')])
    const first = JSON.parse(stdout.slice(0, stdout.indexOf('\n')))
    expect(first).toMatchObject({
      nodeOf: [0, 1, 0, 1],
      bracketing: 'rank',
      net: { ports: { first: 20000, last: 20010 }, encrypted: false },
    })
  })

  test('one host has no network', async () => {
    const { stdout } = await tsrun(['-H', 'hostA:2', '--rsh', rsh(), program('show-job.ts')])
    expect(stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(JSON.parse(stdout.slice(0, stdout.indexOf('\n')))).toMatchObject({ net: null, sharing: [true] })
  })

  test('--transport zmq: no host shares memory', async () => {
    const { stdout } = await tsrun([...twoHosts(), '--transport', 'zmq', program('show-job.ts')])
    expect(stdout.match(/"sharing":\[false,false\]/g)).toHaveLength(4)
  })

  test('as many as a host has CPUs, if nobody says how many', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tso-'))
    try {
      writeFileSync(join(folder, 'hosts'), 'hostA\nhostB\nhostC\n')
      const hosts = ['--hostfile', join(folder, 'hosts'), '--rsh', rsh()]
      const cpus = availableParallelism()
      const { stdout } = await tsrun([...hosts, program('show-job.ts')])
      expect(stdout.match(/"hostname":"hostC"/g)).toHaveLength(cpus)
      const { stdout: alone } = await tsrun(['-n', '1', ...hosts, program('hello.ts')])
      expect(alone).toBe('hello from 0 of 1\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('variables by -x and of tsmpi, its own for the rest', async () => {
    const through = ['env', 'MINE=1', 'PASSED=2', 'TSMPI_SETTING=3']
    const more = [
      '-x',
      'PASSED',
      '-x',
      'SET=a=b c',
      '-n',
      '1',
      '-H',
      'hostA:1',
      '--rsh',
      `env -u MINE -u PASSED -u TSMPI_SETTING ${rsh()}`,
    ]
    const names = ['MINE', 'PASSED', 'SET', 'TSMPI_SETTING']
    const { stdout } = await tsrun([...more, program('show-environment.ts'), ...names], { through })
    expect(JSON.parse(stdout)).toEqual({ MINE: null, PASSED: '2', SET: 'a=b c', TSMPI_SETTING: '3' })
  })

  test('its arguments, whatever a shell would make of them', async () => {
    const words = ['a b', "'", '"', '$HOME', '*', '--np=3', '', 'ü\n']
    const { stdout } = await tsrun(['-H', 'hostA:1', '--rsh', rsh(), program('show-place.ts'), ...words])
    expect(JSON.parse(stdout).argv.slice(1)).toEqual(words)
  })

  test('the working folder is that of tsrun', async () => {
    const run = new Run(['-H', 'hostA:1', '--rsh', rsh(), program('show-place.ts')], { cwd: '/usr/lib' })
    expect(JSON.parse((await run.ended).stdout).cwd).toBe('/usr/lib')
  })
})

describe('the script is sent along', () => {
  test.each([
    ['plain.js', 'js true'],
    ['plain.mjs', 'mjs true'],
    ['plain.cjs', 'cjs true true'],
  ])('%s', async (name, expected) => {
    const { code, stdout } = await tsrun(['-H', 'hostA:1', '--rsh', rsh(), program(name)])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${expected}\n` })
  })

  test('one that does not compile ends the job before any host is waited for', async () => {
    const { code, stderr } = await tsrun([...twoHosts('hangs'), program('broken-syntax.ts')])
    expect(stderr).toMatch(/^tsrun: the script does not compile\n/)
    expect(code).toBe(1)
  })
})

describe('ends', () => {
  test('a rank fails: its host is named', async () => {
    const { code, stderr } = await tsrun([...twoHosts(), program('exit-5-on-rank-2.ts')])
    expect(stderr).toMatch(
      /^tsrun: rank 2 \(host hostB, pid \d+\) exited with code 5\n {2}also affected: ranks 0-1, 3 \(ended with the job\)\n$/,
    )
    expect(code).toBe(5)
  })

  test('an uncaught error: the stack points at the TypeScript line', async () => {
    const { code, stderr } = await tsrun([...twoHosts(), program('throw-on-rank-1.ts')])
    expect(stderr).toContain('tsrun: rank 1 (host hostA, pid ')
    expect(stderr).toContain(`      at fail (${program('throw-on-rank-1.ts')}:6:9)`)
    expect(code).toBe(1)
  })

  test('a signal kills a rank', async () => {
    const { code, stderr } = await tsrun([...twoHosts(), program('kill-self-on-rank-1.ts'), 'SIGKILL'])
    expect(stderr).toContain('was killed by SIGKILL')
    expect(code).toBe(137)
  })

  test('abort', async () => {
    const { code, stderr, stdout } = await tsrun([...twoHosts(), program('abort-7-on-rank-1.ts'), '7'])
    expect(stderr).toContain('called abort(7): enough is enough')
    expect({ code, stdout }).toEqual({ code: 7, stdout: 'before\n' })
  })

  test('several at once: code and report are of the same rank', async () => {
    const { code, stderr } = await tsrun([...twoHosts(), program('exit-10-plus-rank.ts')])
    expect(Number(/rank (\d) /.exec(stderr)![1])).toBe(code! - 10)
  })

  test('--timeout shows what all were doing', async () => {
    const { code, stderr } = await tsrun([...twoHosts(), '--timeout', '3', program('forever.ts')])
    expect(stderr).toContain('  ranks 0-3: in no operation of tsmpi\n')
    expect(code).toBe(124)
  })

  test('ranks leave processes behind', async () => {
    const { code } = await tsrun([...twoHosts(), program('grandchild.ts')])
    expect(code).toBe(0)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s at tsrun', async (signal, expected) => {
    const run = new Run([...twoHosts(), program('forever-ignoring-signals.ts')])
    await run.allSay('ready', 4)
    run.kill(signal)
    expect((await run.ended).code).toBe(expected)
  })

  // leftovers.ts allows one second: no rank, no agent, no janitor, no folder may be there then.
  test.each(['sync-loop.ts', 'forever-ignoring-signals.ts', 'grandchild-then-loop.ts'])(
    'tsrun is killed with SIGKILL while its ranks run %s',
    async (name) => {
      const run = new Run([...twoHosts(), program(name)])
      await run.allSay('ready', 4)
      run.kill('SIGKILL')
      await new Promise((resolve) => run.child.once('exit', resolve))
    },
  )

  test('an agent is killed', async () => {
    const run = new Run([...twoHosts(), program('sync-loop.ts')])
    await run.allSay('ready', 4)
    process.kill(agentsOf(run)[1]!, 'SIGKILL')
    const { code, stderr } = await run.ended
    expect(stderr).toMatch(
      /^tsrun: lost host host[AB] \(ranks (0-1|2-3)\): its agent is gone: sh ended with exit code 137.*\n {2}also affected: ranks (0-1|2-3) \(ended with the job\)\n$/,
    )
    expect(code).toBe(1)
  })

  test('an agent is asked to end', async () => {
    const run = new Run([...twoHosts(), program('sync-loop.ts')])
    await run.allSay('ready', 4)
    const [pid] = agentsOf(run)
    process.kill(pid!, 'SIGTERM')
    const { code, stderr } = await run.ended
    expect(stderr).toMatch(/^tsrun: lost host host[AB] \(ranks (0-1|2-3)\): /)
    expect(stderr).toContain(`: its agent (pid ${pid}) was ended by SIGTERM\n`)
    expect(code).toBe(1)
  })

  test('the command that leads to a host is killed', async () => {
    const run = new Run([...twoHosts(), program('sync-loop.ts')])
    await run.allSay('ready', 4)
    process.kill(shellsOf(run)[0]!, 'SIGKILL')
    const { code, stderr } = await run.ended
    expect(stderr).toMatch(
      /^tsrun: lost host host[AB] \(ranks (0-1|2-3)\): its agent is gone: sh was killed by SIGKILL/,
    )
    expect(code).toBe(1)
  })
})

describe('signals for the ranks', () => {
  test('USR1 and USR2', async () => {
    const run = new Run([...twoHosts(), program('say-signals.ts')])
    await run.allSay('ready', 4)
    run.kill('SIGUSR1')
    await run.allSay('got USR1', 4)
    run.kill('SIGUSR2')
    await run.allSay('got USR2', 4)
    run.kill('SIGTERM')
    await run.ended
  })

  test('TSTP stops ranks and launcher, CONT resumes both', async () => {
    const run = new Run([...twoHosts(), program('say-signals.ts')])
    await run.allSay('ready', 4)
    const ranks = ranksOf(run)
    run.kill('SIGTSTP')
    await expect.poll(() => [run.child.pid!, ...ranks].map(stateOf)).toEqual(['T', 'T', 'T', 'T', 'T'])
    run.kill('SIGCONT')
    await run.allSay('got CONT', 4)
    run.kill('SIGTERM')
    expect((await run.ended).code).toBe(143)
  })
})

describe('output and input', () => {
  test('lines of 200 kB are not mixed', async () => {
    const { stdout } = await tsrun([...twoHosts(), program('long-lines.ts')])
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => line.length)).toEqual(new Array(40).fill(200_000))
    expect(lines.filter((line) => line !== line[0]?.repeat(200_000))).toEqual([])
  })

  test('lines in pieces and without an end', async () => {
    const { stdout } = await tsrun([...twoHosts(), '--tag', program('lines-in-pieces.ts')])
    const lines = stdout.split('\n').slice(0, -1)
    expect(lines).toHaveLength(80)
    expect(lines.filter((line) => !/^\[(\d)\] \1one \1two \1three $/.test(line))).toEqual([])
  })

  test('what was written before process.exit() is not lost', async () => {
    const { stdout } = await tsrun([...twoHosts(), program('big-output-then-exit.ts')])
    expect(stdout.length).toBe(4 * 1_000_001)
  })

  test('--tag=wide', async () => {
    const { stdout } = await tsrun([...twoHosts(), '--tag=wide', program('hello.ts')])
    const [first, , , last] = stdout.trimEnd().split('\n').sort()
    expect(first).toMatch(/^\[0@hostA:\d+\] hello from 0 of 4$/)
    expect(last).toMatch(/^\[3@hostB:\d+\] hello from 3 of 4$/)
  })

  test('--output-dir is on the host of tsrun', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tso-'))
    try {
      await tsrun([...twoHosts(), '--output-dir', folder, program('hello.ts')])
      expect(readdirSync(folder).sort()).toEqual([0, 1, 2, 3].map((rank) => `rank-00${rank}.out`))
      expect(readFileSync(join(folder, 'rank-003.out'), 'utf8')).toBe('hello from 3 of 4\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('a slow reader loses nothing', async () => {
    const run = new Run([...twoHosts(), program('long-lines.ts')])
    run.child.stdout!.pause()
    await new Promise((resolve) => setTimeout(resolve, 2500))
    run.child.stdout!.resume()
    const { code, stdout } = await run.ended
    expect(stdout.length).toBe(4 * 10 * 200_001)
    expect(code).toBe(0)
  })

  test('nobody reads what others print without end: the end of a rank is seen all the same', async () => {
    const run = new Run([...twoHosts(), program('flood-but-exit-9-on-rank-3.ts')])
    run.child.stdout!.pause()
    await run.output(({ stderr }) => stderr.includes('ready'))
    const [, , , last] = ranksOf(run)
    // Until the others stand still: they never sleep but in a write that nobody takes.
    const others = ranksOf(run).filter((pid) => pid !== last)
    await expect.poll(() => others.map(stateOf), { timeout: 20_000 }).toEqual(['S', 'S', 'S'])
    run.kill('SIGUSR1')
    await expect.poll(() => ranksOf(run), { timeout: 20_000 }).toEqual([])
    run.child.stdout!.resume()
    expect((await run.ended).code).toBe(9)
  })

  test.each([0, 3])('standard input of rank %i', async (rank) => {
    const input = 'x'.repeat(3_000_000)
    const more = ['--stdin', String(rank), program('count-input.ts')]
    const { code, stdout } = await tsrun([...twoHosts(), ...more], { input })
    expect(stdout.trimEnd().split('\n').sort()).toEqual(
      [0, 1, 2, 3].map((r) => `rank ${r} read ${r === rank ? 3_000_000 : 0} bytes`),
    )
    expect(code).toBe(0)
  })

  test('a rank that does not read its input', async () => {
    const { code } = await tsrun([...twoHosts(), program('hello.ts')], { input: 'x'.repeat(3_000_000) })
    expect(code).toBe(0)
  })
})

test('the secret is in no command line and no environment', async () => {
  const run = new Run([...twoHosts(), program('show-secret.ts')])
  await run.allSay('secret', 4)
  const secrets = new Set(run.stdout.match(/[0-9a-f]{64}/g))
  expect(secrets.size).toBe(1)
  const [secret] = secrets
  // Not by the processes' own marks: everything that runs on this machine.
  const seen = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => ['cmdline', 'environ'].some((file) => read(`/proc/${pid}/${file}`).includes(secret!)))
  expect(seen).toEqual([])
  run.kill('SIGTERM')
  await run.ended
})

/** Processes of `run` whose command line has `part` in it, oldest first. */
function pidsOf(run: Run, part: string): number[] {
  return processesOf(run.watched)
    .filter(({ command }) => command.includes(part))
    .map(({ pid }) => pid)
    .sort((a, b) => a - b)
}

const agentsOf = (run: Run) =>
  pidsOf(run, 'remote/main.js').filter((pid) => commandOf(pid).startsWith(process.execPath))
const ranksOf = (run: Run) => pidsOf(run, 'bootstrap/boot.js')
const shellsOf = (run: Run) => pidsOf(run, 'rsh.sh').filter((pid) => commandOf(pid).startsWith('sh\0'))

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`)
}

function stateOf(pid: number): string | undefined {
  return read(`/proc/${pid}/stat`).split(') ')[1]?.[0]
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
