import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../src/launcher/arguments.ts'

function plan(...words: string[]) {
  const command = parseArguments(words, 6)
  if (command.kind !== 'run') throw new Error(`not a run: ${command.kind}`)
  return command.plan
}

const failure = (...words: string[]) => {
  try {
    parseArguments(words, 6)
  } catch (error) {
    return (error as Error).message
  }
  return null
}

test('nothing but a script', () => {
  expect(plan('a.ts')).toEqual({
    ranks: 6,
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
    expect(ranks).toBe(6)
    expect(hint).toBe(`"${words}" stands behind the script and belongs to it; running on 6 ranks`)
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

test('--stdin', () => {
  expect(plan('--stdin', 'none', 'a.ts').stdinRank).toBe(null)
  expect(plan('-n', '3', '--stdin=2', 'a.ts').stdinRank).toBe(2)
})

test('--help and --version need no script', () => {
  expect(parseArguments(['--help'], 1)).toEqual({ kind: 'help' })
  expect(parseArguments(['-h'], 1)).toEqual({ kind: 'help' })
  expect(parseArguments(['-V'], 1)).toEqual({ kind: 'version' })
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
    [['--oversubscribe', 'a.ts'], /^--oversubscribe: it is not needed/],
    [['--hostfile=h', 'a.ts'], /^--hostfile: running on several hosts is not there yet/],
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
