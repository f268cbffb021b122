import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { HostEntry } from '../../../src/launcher/hosts/host.ts'
import { type StartOptions, splitWords, startCommand } from '../../../src/launcher/remote/start-command.ts'

const HOST: HostEntry = { name: 'node5', user: null, slots: 2, maxSlots: null, origin: '-H' }
const OPTIONS: StartOptions = {
  rsh: null,
  usesSrun: false,
  nodePath: '/opt/my node/bin/node',
  agentPath: '/p/main.js',
}
const COMMAND = "exec '/opt/my node/bin/node' '/p/main.js'"

function wordsOf(options: Partial<StartOptions>, host: Partial<HostEntry> = {}): readonly string[] {
  const { file, args } = startCommand({ ...HOST, ...host }, { ...OPTIONS, ...options }, {})
  return [file, ...args]
}

test('ssh', () => {
  const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10']
  expect(wordsOf({})).toEqual(['ssh', ...options, 'node5', '--', COMMAND])
  expect(wordsOf({}, { user: 'alice', name: 'fd00::5' })).toEqual([
    'ssh',
    ...options,
    'alice@fd00::5',
    '--',
    COMMAND,
  ])
})

test('--rsh with ssh: its own options come first, and so win', () => {
  expect(wordsOf({ rsh: '/usr/bin/ssh -p 2222' })).toEqual([
    ...['/usr/bin/ssh', '-p', '2222', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10'],
    ...['node5', '--', COMMAND],
  ])
})

test.each([
  ['rsh -n', ['rsh', '-n', 'node5', COMMAND]],
  ['docker exec -i', ['docker', 'exec', '-i', 'node5', 'sh', '-c', COMMAND]],
  ['kubectl -n jobs exec -i', ['kubectl', '-n', 'jobs', 'exec', '-i', 'node5', '--', 'sh', '-c', COMMAND]],
])('--rsh %j', (rsh, expected) => {
  expect(wordsOf({ rsh })).toEqual(expected)
})

test('srun: no shell, one task, and nothing of what the allocation says of tasks', () => {
  const { file, args, env, diesWithLauncher } = startCommand(
    HOST,
    { ...OPTIONS, usesSrun: true },
    { SLURM_JOB_ID: '17', SLURM_NTASKS_PER_NODE: '2', SLURM_LABELIO: '1', PATH: '/bin' },
  )
  expect([file, ...args].join(' ')).toBe(
    'srun --nodes=1 --ntasks=1 --overlap --cpu-bind=none --mpi=none --kill-on-bad-exit=0 --nodelist=node5 /opt/my node/bin/node /p/main.js',
  )
  expect(args.slice(-2)).toEqual(['/opt/my node/bin/node', '/p/main.js'])
  expect(env).toEqual({ SLURM_JOB_ID: '17', PATH: '/bin' })
  expect(diesWithLauncher).toBe(false)
})

test.each(["/it's/node", '/a\\b', '/a!b', '/a\nb'])('a path that shells read differently: %j', (nodePath) => {
  expect(() => wordsOf({ nodePath })).toThrow('cannot be passed to the shells of other hosts')
})

test.each(['sh', 'bash', 'dash', 'zsh', 'csh', 'tcsh', 'fish'].filter(isThere))(
  'the command is read by %s as it is meant',
  (shell) => {
    const command = startCommand(HOST, { ...OPTIONS, nodePath: '/bin/echo', agentPath: '/a b/$HOME/*' }, {})
    expect(execFileSync(shell, ['-c', command.args.at(-1)!], { encoding: 'utf8' })).toBe('/a b/$HOME/*\n')
  },
)

function isThere(shell: string): boolean {
  return ['/bin', '/usr/bin'].some((folder) => existsSync(`${folder}/${shell}`))
}

describe('words are cut as a shell does', () => {
  test.each([
    ['ssh', ['ssh']],
    ['  ssh\t-p  2222 ', ['ssh', '-p', '2222']],
    [`a 'b c' "d e"f`, ['a', 'b c', 'd ef']],
    [`'' ""`, ['', '']],
    [`a\\ b \\'c`, ['a b', "'c"]],
    [`"a\\"b\\\\c\\d"`, ['a"b\\c\\d']],
    [`'a\\b"c'`, ['a\\b"c']],
  ])('%j', (text, words) => {
    expect(splitWords(text)).toEqual(words)
    // "Read" by the shell itself, one word per line.
    const lines = execFileSync('sh', ['-c', `printf '%s\\n' ${text}`], { encoding: 'utf8' })
    expect(lines).toBe(`${words.join('\n')}\n`)
  })

  test.each([
    [`a 'b`, '--rsh has a quote without its end'],
    ['a\\', '--rsh ends with a backslash'],
  ])('%j', (text, message) => {
    expect(() => splitWords(text)).toThrow(message)
  })
})
