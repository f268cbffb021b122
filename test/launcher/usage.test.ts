import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { program, ROOT, tsrun } from '../helpers/tsrun.ts'

describe('a wrong command line: exit code 2 and one message', () => {
  test.each([
    [[], 'no script given'],
    [['-n', '0', 'x.ts'], '-n must be a whole number of ranks, 1 or more; found "0"'],
    [['-n', '2', 'absent.ts'], 'there is no script absent.ts'],
    [['-n', '2', '/'], '/ is not a file'],
    [['-n', '2', '/etc/passwd.txt'], 'there is no script'],
    [['4', 'x.ts'], 'did you mean -n 4?'],
    [['--tmeout', '9', 'x.ts'], 'unknown option --tmeout; did you mean --timeout?'],
    [['--transport', 'tcp', 'x.ts'], '--transport must be auto, zmq or shm; found "tcp"'],
    [['--mca', 'btl', 'x.ts'], '--mca: the options of Open MPI mean nothing here'],
    [['--wdir', '/absent', program('hello.ts')], '--wdir /absent: there is no folder /absent'],
    [['-x', 'TSMPI_ABSENT', program('hello.ts')], '-x TSMPI_ABSENT: the variable is not set here'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await tsrun(args)
    expect(stderr).toContain(`tsrun: `)
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  test('a hostfile named in the environment is not ignored', async () => {
    const { code, stderr } = await tsrun([program('hello.ts')], {
      cwd: '/',
      env: { TSRUN_HOSTFILE: 'absent' },
    })
    expect(stderr).toBe('tsrun: TSRUN_HOSTFILE absent: there is no file /absent\n')
    expect(code).toBe(2)
  })
})

test('a script that does not compile: the place and exit code 1, once', async () => {
  const { code, stdout, stderr } = await tsrun(['-n', '3', program('broken-syntax.ts')])
  expect(stderr).toContain('broken-syntax.ts:2:15')
  expect(stderr.match(/Unexpected/g)).toHaveLength(1)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})

test('the place of a compile error is told from the current folder, so that it can be clicked', async () => {
  const cwd = join(ROOT, 'test/fixtures')
  const { stderr } = await tsrun(['-n', '1', 'programs/broken-syntax.ts'], { cwd })
  expect(stderr).toContain('\n    programs/broken-syntax.ts:2:15:')
})

test('a number of ranks behind the script: a hint, and it runs', async () => {
  const through = ['taskset', '-c', '0']
  const { code, stdout, stderr } = await tsrun([program('hello.ts'), '-n', '4'], { through })
  expect(stderr).toBe(
    'tsrun: "-n 4" stands behind the script and belongs to it; before the script it is the number of ranks\n',
  )
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'hello from 0 of 1\n' })
})

test('--help names every option', async () => {
  const { code, stdout } = await tsrun(['--help'])
  for (const name of [
    '-n, --np',
    '-x',
    '--env-file',
    '--wdir',
    '--tag',
    '--timestamp',
    '--output-dir',
    '--tee',
    '--stdin',
    '--timeout',
    '--dry-run',
    '-H, --host',
    '--hostfile, --machinefile',
    '--map-by',
    '--oversubscribe',
    '--rsh',
    '--prefix',
    '--node',
    '--launch-timeout',
    '--iface',
    '--port-range',
    '--plain',
    '--reproducible',
    '--version',
  ]) {
    expect(stdout).toContain(name)
  }
  expect(code).toBe(0)
})

test('--help tells what surprises', async () => {
  const text = (await tsrun(['--help'])).stdout.replace(/\s+/g, ' ')
  expect(text).toContain('DIR/rank-000.out')
  expect(text).toContain('a bare number is seconds')
  expect(text).toContain('A syntax error or a missing import in the script gives 1')
  expect(text).toContain('the ranks get it as SIGTERM')
})

test('--help teaches how to use several hosts', async () => {
  const text = (await tsrun(['--help'])).stdout
  expect(text).toContain('tsrun -H node1:4,node2:4 solve.ts')
  expect(text).toContain('"node1 slots=4" or "node1:4"')
  expect(text).toContain('"ssh node1 true"')
  expect(text.split('\n').filter((line) => line.length > 100)).toEqual([])
})

describe('hosts', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsh-'))
    writeFileSync(join(folder, 'hosts'), 'localhost slots=2\nnode1:4 # c\n')
    writeFileSync(join(folder, 'wrong'), 'localhost slots=2\nnode1 cores=4\n')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('--dry-run prints the placement', async () => {
    const args = ['-n', '5', '--hostfile', 'hosts', '--dry-run', program('forever.ts'), 'a']
    const { code, stdout, stderr } = await tsrun(args, { cwd: folder })
    expect(stderr).toBe('')
    expect(stdout).toBe(
      [
        `5 ranks on 2 hosts, by slot, in ${folder}: ${program('forever.ts')} a`,
        '  localhost  ranks 0,1  2 slots  hosts:1',
        '  node1      ranks 2-4  4 slots  hosts:2',
        '',
      ].join('\n'),
    )
    expect(code).toBe(0)
  })

  test('this host under a name of its own, with slots as a limit', async () => {
    const { code, stdout } = await tsrun(['-H', 'localhost:3', program('hello.ts')])
    expect(stdout.trim().split('\n').sort()).toEqual(['0', '1', '2'].map((rank) => `hello from ${rank} of 3`))
    expect(code).toBe(0)
  })

  test.each([
    [
      ['-n', '3', '-H', 'localhost:2'],
      [
        'tsrun: asked for 3 ranks',
        'have 2 slots: localhost 2 (-H)',
        '--oversubscribe allows more ranks than slots; without it start at most 2, with -n 2',
      ],
    ],
    [
      ['--hostfile', 'wrong'],
      [
        'tsrun: wrong:2: found "cores=4" behind node1; only slots=N and max_slots=N may stand there, and every host has a line of its own',
      ],
    ],
    [
      ['-H', 'a:x'],
      ['tsrun: -H: found "a:x"; behind the host stands a colon and its slots, 1 or more: node5:4'],
    ],
    [
      ['-H', 'localhost:2', '--stdin', '2'],
      ['tsrun: --stdin must be "none" or a rank from 0 to 1; found "2"'],
    ],
  ])('%j: exit code 2', async (args, lines) => {
    const { code, stdout, stderr } = await tsrun([...args, program('hello.ts')], { cwd: folder })
    expect(stderr).toBe(`${lines.join('\n')}\n`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

test('an import that is not there: exit code 1', async () => {
  const { code, stderr } = await tsrun(['-n', '2', program('missing-import.ts')])
  expect(stderr).toContain('absent')
  expect(code).toBe(1)
})

test('--version', async () => {
  expect((await tsrun(['--version'])).stdout).toMatch(/^tsmpi \d+\.\d+\.\d+\n$/)
})

test('--dry-run starts nothing', async () => {
  const { code, stdout } = await tsrun(['-n', '3', '--dry-run', program('forever.ts'), 'a'])
  expect(stdout).toMatch(/^3 ranks on this host, in \S+: \S+forever\.ts a\n$/)
  expect(code).toBe(0)
})

describe('what a rank sees', () => {
  test('its place, its arguments, and nothing private', async () => {
    const { stdout } = await tsrun(['-n', '1', program('show-place.ts'), '-n', '5', '--tag', ''], {
      cwd: '/',
    })
    expect(JSON.parse(stdout)).toEqual({
      argv: [program('show-place.ts'), '-n', '5', '--tag', ''],
      cwd: '/',
      rank: '0',
      size: '1',
      names: ['JOB_ID', 'LOCAL_RANK', 'LOCAL_SIZE', 'NODE_RANK', 'RANK', 'SIZE'].map(
        (name) => `TSMPI_${name}`,
      ),
    })
  })

  test('--wdir', async () => {
    const { stdout } = await tsrun(['-n', '1', '--wdir', '/usr', program('show-place.ts')])
    expect(JSON.parse(stdout).cwd).toBe('/usr')
  })

  test('-x goes before --env-file, which goes before what is inherited', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tse-'))
    writeFileSync(join(folder, 'env'), "A=file\nB='f i l e'\n")
    const { stdout } = await tsrun(
      [
        '-n',
        '1',
        '--env-file',
        join(folder, 'env'),
        '-x',
        'A=x=1',
        '-x',
        'D',
        program('show-environment.ts'),
        ...'ABCD',
      ],
      { env: { A: 'own', B: 'own', C: 'own', D: 'own' } },
    )
    rmSync(folder, { recursive: true })
    expect(JSON.parse(stdout)).toEqual({ A: 'x=1', B: 'f i l e', C: 'own', D: 'own' })
  })
})

test('without -n: one rank per available CPU', async () => {
  const { stdout } = await tsrun([program('hello.ts')], { through: ['taskset', '-c', '0'] })
  expect(stdout).toBe('hello from 0 of 1\n')
})
