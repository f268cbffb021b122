import { describe, expect, test } from 'vitest'
import { checkStdinRank, parseArguments } from '../../src/launcher/arguments.ts'

function plan(...words: string[]) {
  const command = parseArguments(words)
  if (command.kind !== 'run') throw new Error(`not a run: ${command.kind}`)
  return command.plan
}

const failure = (...words: string[]) => {
  try {
    parseArguments(words)
  } catch (error) {
    return (error as Error).message
  }
  return null
}

test('nothing but a script', () => {
  expect(plan('a.ts')).toEqual({
    ranks: null,
    hosts: { kind: 'unsaid' },
    mapBy: 'slot',
    oversubscribe: false,
    rsh: null,
    prefix: null,
    nodePath: null,
    launchTimeoutMs: 60_000,
    iface: null,
    ports: null,
    encrypted: true,
    bracketing: 'placement',
    script: 'a.ts',
    scriptArguments: [],
    dryRun: false,
    transport: 'auto',
    verbose: false,
    variables: [],
    envFile: null,
    wdir: null,
    tag: 'none',
    timestamp: false,
    outputDir: null,
    tee: false,
    stdinRank: 0,
    timeoutMs: null,
    hint: null,
  })
})

describe('a number of ranks behind the script', () => {
  test.each(['-n 4', '-n4', '-n=4', '-np 4', '--np 4', '--np=4'])('%s: a hint', (words) => {
    const { ranks, hint } = plan('a.ts', 'in.txt', ...words.split(' '), '-v')
    expect(ranks).toBeNull()
    expect(hint).toBe(
      `"${words}" stands behind the script and belongs to it; before the script it is the number of ranks`,
    )
  })

  test.each([
    ['-n', '2', 'a.ts', '-n', '4'],
    ['a.ts', '-n', 'name'],
    ['a.ts', '--in', '4'],
    ['a.ts', 'x-n', '4'],
    ['a.ts', 'x -n 4'],
    ['a.ts', '--', '-n', '4'],
  ])('%s %s %s %s: none', (...words) => {
    expect(plan(...words).hint).toBeNull()
  })
})

test.each([['-n', '4'], ['-n4'], ['-n=4'], ['-np', '4'], ['--np', '4'], ['--np=4']])(
  '%s %s: four ranks',
  (...words) => {
    expect(plan(...words, 'a.ts').ranks).toBe(4)
  },
)

test('options end at the script', () => {
  expect(plan('-n', '2', 'a.ts', '-n', '9', '--', '--help', '-x').scriptArguments).toEqual([
    '-n',
    '9',
    '--',
    '--help',
    '-x',
  ])
  expect(plan('--', '-odd.ts', '-n').script).toBe('-odd.ts')
  expect(plan('--tag', 'wide', 'a.ts')).toMatchObject({
    tag: 'rank',
    script: 'wide',
    scriptArguments: ['a.ts'],
  })
})

test('-x takes its value verbatim', () => {
  expect(plan('-x', 'A=b=c', '-x', 'PATHY', '-xE=', '--env', 'F=', 'a.ts').variables).toEqual([
    { name: 'A', value: 'b=c' },
    { name: 'PATHY', value: null },
    { name: 'E', value: '' },
    { name: 'F', value: '' },
  ])
})

test.each([
  ['90s', 90_000],
  ['90', 90_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['500ms', 500],
])('--timeout %s', (text, ms) => {
  expect(plan('--timeout', text, 'a.ts').timeoutMs).toBe(ms)
})

test('-H gathers, --hostfile names a file', () => {
  expect(plan('-H', 'a:4,b', '--host=c', '-Hd', 'a.ts').hosts).toEqual({
    kind: 'list',
    texts: ['a:4,b', 'c', 'd'],
  })
  expect(plan('--hostfile', 'h', 'a.ts').hosts).toEqual({ kind: 'file', path: 'h' })
  expect(plan('--machinefile=h', 'a.ts').hosts).toEqual({ kind: 'file', path: 'h' })
})

test('-H goes before --hostfile, and says so', () => {
  const { hosts, hint } = plan('-H', 'a', '--hostfile', 'h', '-n', '1', 'a.ts')
  expect(hosts).toEqual({ kind: 'list', texts: ['a'] })
  expect(hint).toBe('-H names the hosts, so --hostfile h is not read')
})

test.each([
  ['--map-by node', { mapBy: 'node' }],
  ['--map-by=slot', { mapBy: 'slot' }],
  ['--oversubscribe', { oversubscribe: true }],
  ['--prefix /opt/a', { prefix: '/opt/a' }],
  ['--node /opt/node', { nodePath: '/opt/node' }],
  ['--node node22', { nodePath: 'node22' }],
  ['--launch-timeout 2m', { launchTimeoutMs: 120_000 }],
  ['--iface ib0', { iface: 'ib0' }],
  ['--iface 10.1.0.0/16', { iface: '10.1.0.0/16' }],
  ['--iface fd00::/64', { iface: 'fd00::/64' }],
  ['--port-range 20000-20999', { ports: { first: 20000, last: 20999 } }],
  ['--port-range=7-7', { ports: { first: 7, last: 7 } }],
  ['--plain', { encrypted: false }],
  ['--reproducible', { bracketing: 'rank' }],
])('%s', (words, expected) => {
  expect(plan(...words.split(' '), 'a.ts')).toMatchObject(expected)
})

test('--rsh keeps its words together', () => {
  expect(plan('--rsh', 'ssh -p 2222', 'a.ts').rsh).toBe('ssh -p 2222')
})

test('--stdin', () => {
  expect(plan('--stdin', 'none', 'a.ts').stdinRank).toBe(null)
  expect(plan('-n', '3', '--stdin=2', 'a.ts').stdinRank).toBe(2)
  expect(plan('--stdin=99', 'a.ts').stdinRank).toBe(99)
  expect(() => checkStdinRank(99, 99)).toThrow('a rank from 0 to 98; found "99"')
  expect(() => checkStdinRank(98, 99)).not.toThrow()
  expect(() => checkStdinRank(null, 1)).not.toThrow()
})

test('--help and --version need no script', () => {
  expect(parseArguments(['--help'])).toEqual({ kind: 'help' })
  expect(parseArguments(['-h'])).toEqual({ kind: 'help' })
  expect(parseArguments(['-V'])).toEqual({ kind: 'version' })
})

describe('refused, with the cure', () => {
  test.each([
    [[], /^no script given; use: tsrun -n 4 script\.ts/],
    [['-n', '0', 'a.ts'], /^-n must be a whole number of ranks, 1 or more; found "0"$/],
    [['-n', '-2', 'a.ts'], /found "-2"/],
    [['-n', '2.5', 'a.ts'], /found "2\.5"/],
    [['-n', 'a.ts'], /^-n must be .* found "a\.ts"$/],
    [['-n'], /^-n needs a value/],
    [['-n', '2', '-n', '3', 'a.ts'], /^-n is given twice$/],
    [['--tga', 'a.ts'], /^unknown option --tga; did you mean --tag\?/],
    [['-nodes', 'a.ts'], /^unknown option -nodes/],
    [['-q', 'a.ts'], /^unknown option -q; tsrun --help lists the options/],
    [['--hostfiel=h', 'a.ts'], /^unknown option --hostfiel; did you mean --hostfile\?/],
    [['-hostfile', 'h', 'a.ts'], /did you mean --hostfile\?/],
    [['--hostfile', 'h', '--machinefile', 'i', 'a.ts'], /^--machinefile is given twice$/],
    [['--hostfile=', 'a.ts'], /^--hostfile needs the name of a file; found ""$/],
    [['-f', 'h', 'a.ts'], /^-f: use --hostfile FILE$/],
    [['-ppn', '2', 'a.ts'], /^-ppn: give each host its number of ranks as slots: -H a:4,b:4$/],
    [['--bind-to', 'core', 'a.ts'], /^--bind-to: ranks are not bound to cores; leave it out$/],
    [['--map-by', 'core', 'a.ts'], /^--map-by must be slot \(.*\) or node \(.*\); found "core"$/],
    [['--oversubscribe=2', 'a.ts'], /^--oversubscribe takes no value, found "2"$/],
    [['--rsh', ' ', 'a.ts'], /^--rsh needs a command .* such as "ssh -p 2222"; found " "$/],
    [['--prefix', 'lib', 'a.ts'], /^--prefix must be the absolute path .* found "lib"$/],
    [['--node', 'bin/node', 'a.ts'], /^--node must be the absolute path .* found "bin\/node"$/],
    [['--node', '', 'a.ts'], /^--node must be .* found ""$/],
    [['--launch-timeout', 'never', 'a.ts'], /^--launch-timeout must be a time .* found "never"$/],
    [['--iface', '10.0.0.7', 'a.ts'], /^--iface must be .* such as 10\.0\.0\.0\/24; found "10\.0\.0\.7"$/],
    [['--iface', '10.0.0.0/33', 'a.ts'], /^--iface must be .* found "10\.0\.0\.0\/33"$/],
    [['--iface', 'eth0/24', 'a.ts'], /^--iface must be .* found "eth0\/24"$/],
    [['--port-range', '20000', 'a.ts'], /^--port-range must be two ports .* found "20000"$/],
    [['--port-range', '9-8', 'a.ts'], /^--port-range must be .* found "9-8"$/],
    [['--port-range', '0-8', 'a.ts'], /^--port-range must be .* found "0-8"$/],
    [['--port-range', '1-65536', 'a.ts'], /^--port-range must be .* found "1-65536"$/],
    [['--stdin', '-1', 'a.ts'], /^--stdin must be "none" or a rank, such as 0; found "-1"$/],
    [['-c', '4', 'a.ts'], /^-c: the number of ranks is -n$/],
    [['--timestamp=yes', 'a.ts'], /^--timestamp takes no value, found "yes"$/],
    [['--tag=long', 'a.ts'], /^--tag is written alone or as --tag=wide/],
    [['--timeout', 'soon', 'a.ts'], /^--timeout must be a time .* found "soon"$/],
    [['--timeout', '0', 'a.ts'], /^--timeout must be/],
    [['--timeout', '9999h', 'a.ts'], /at most 24 days/],
    [['-n', '2', '--stdin', '2', 'a.ts'], /^--stdin must be "none" or a rank from 0 to 1; found "2"$/],
    [['--tee', 'a.ts'], /^--tee only means something with --output-dir/],
    [['-x', '=1', 'a.ts'], /^-x needs NAME/],
    [['-n', '1', 'a.ts', ':', '-n', '2', 'b.ts'], /^several programs in one job/],
  ])('%j', (words, message) => {
    expect(failure(...words)).toMatch(message)
  })
})
