import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { program, Run, tsrun } from '../helpers/tsrun.ts'

describe('lines are never mixed', () => {
  test('short ones', async () => {
    const { stdout } = await tsrun(['-n', '4', program('short-lines.ts')])
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(1200)
    expect(lines.filter((line) => !/^[0-3] \d{4} (abcdefgh){9}$/.test(line))).toEqual([])
  })

  test('lines of 200 kB', async () => {
    const { stdout } = await tsrun(['-n', '4', program('long-lines.ts')])
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => line.length)).toEqual(new Array(40).fill(200_000))
    expect(lines.filter((line) => line !== line[0]?.repeat(200_000))).toEqual([])
  })

  test('lines written in pieces, tagged', async () => {
    const { stdout } = await tsrun(['-n', '4', '--tag', program('lines-in-pieces.ts')])
    const lines = stdout.split('\n').slice(0, -1)
    expect(lines).toHaveLength(80)
    expect(lines.filter((line) => !/^\[(\d)\] \1one \1two \1three $/.test(line))).toEqual([])
  })

  test('a last line without an end stays apart from those of others', async () => {
    const { stdout } = await tsrun(['-n', '3', program('no-newline-at-end.ts')])
    expect(stdout.split('\n').sort()).toEqual(['from 0', 'from 1', 'from 2'])
  })

  test('one rank alone: every byte as it was written', async () => {
    const { stdout } = await tsrun(['-n', '1', program('no-newline-at-end.ts')])
    expect(stdout).toBe('from 0')
  })
})

test('output before process.exit() is not lost', async () => {
  const { stdout } = await tsrun(['-n', '4', program('big-output-then-exit.ts')])
  expect(stdout.length).toBe(4 * 1_000_001)
})

test('a progress bar is shown before its line ends', async () => {
  const run = new Run(['-n', '1', program('progress-bar.ts')])
  await run.output((r) => r.stdout === '10%\r20%\r')
  run.kill('SIGTERM')
  expect((await run.ended).stdout).toBe('10%\r20%\r30%')
})

test('a slow reader loses nothing', async () => {
  const run = new Run(['-n', '4', program('long-lines.ts')])
  run.child.stdout!.pause()
  await new Promise((resolve) => setTimeout(resolve, 2500))
  run.child.stdout!.resume()
  const { code, stdout } = await run.ended
  expect(stdout.length).toBe(4 * 10 * 200_001)
  expect(code).toBe(0)
})

describe('prefixes', () => {
  test('--tag', async () => {
    const { stdout } = await tsrun(['-n', '2', '--tag', program('hello.ts')])
    expect(stdout.split('\n').sort()).toEqual(['', '[0] hello from 0 of 2', '[1] hello from 1 of 2'])
  })

  test('--tag=wide', async () => {
    const { stdout } = await tsrun(['-n', '1', '--tag=wide', program('hello.ts')])
    expect(stdout).toMatch(/^\[0@\S+:\d+\] hello from 0 of 1\n$/)
  })

  test('--timestamp', async () => {
    const { stdout } = await tsrun(['-n', '1', '--timestamp', '--tag', program('hello.ts')])
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} \[0\] hello from 0 of 1\n$/)
  })
})

describe('--output-dir', () => {
  test.each([
    [[], ''],
    [['--tee'], 'from 0\nfrom 1'],
  ])('with %j', async (more, shown) => {
    const folder = mkdtempSync(join(tmpdir(), 'tso-'))
    try {
      const { stdout } = await tsrun([
        '-n',
        '2',
        '--output-dir',
        `${folder}/a/b`,
        ...more,
        program('no-newline-at-end.ts'),
      ])
      expect(readdirSync(`${folder}/a/b`)).toEqual(['rank-000.out', 'rank-001.out'])
      expect(readFileSync(`${folder}/a/b/rank-001.out`, 'utf8')).toBe('from 1')
      expect(stdout.split('\n').sort().join('\n')).toBe(shown)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('standard input', () => {
  const input = 'x'.repeat(1_000_000)

  test.each([
    [[], [1_000_000, 0]],
    [
      ['--stdin', '1'],
      [0, 1_000_000],
    ],
    [
      ['--stdin', 'none'],
      [0, 0],
    ],
  ])('with %j', async (more, counts) => {
    const { code, stdout } = await tsrun(['-n', '2', ...more, program('count-input.ts')], { input })
    expect(stdout.trimEnd().split('\n').sort()).toEqual(
      counts.map((n, rank) => `rank ${rank} read ${n} bytes`),
    )
    expect(code).toBe(0)
  })

  test('an input that stays open does not keep the job', async () => {
    const { code } = await tsrun(['-n', '2', program('hello.ts')], { input: 'open' })
    expect(code).toBe(0)
  })
})
