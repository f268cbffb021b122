import { describe, expect, test } from 'vitest'
import { program, Run, tsrun } from '../helpers/tsrun.ts'

describe('a good end', () => {
  test('all ranks finish', async () => {
    const { code, stdout, stderr } = await tsrun(['-n', '4', program('hello.ts')])
    expect(stdout.split('\n').sort()).toEqual([
      '',
      'hello from 0 of 4',
      'hello from 1 of 4',
      'hello from 2 of 4',
      'hello from 3 of 4',
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('many more ranks than cores', async () => {
    const { code, stdout } = await tsrun(['-n', '32', program('hello.ts')])
    expect(stdout.trim().split('\n')).toHaveLength(32)
    expect(code).toBe(0)
  })

  test('an error that the script handles is none', async () => {
    const { code, stdout, stderr } = await tsrun(['-n', '1', program('swallow-error.ts')])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'handled harmless\n', stderr: '' })
  })

  test('ranks exchange cards and leave together', async () => {
    const { code, stdout } = await tsrun(['-n', '4', program('exchange-cards.ts')])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'all have finished\n'.repeat(4) })
  })

  test('a rank that never took part counts as finished', async () => {
    const { code, stdout } = await tsrun(['-n', '2', program('ask-finished-rank.ts')])
    expect(stdout).toBe('ERR_TSMPI_RANK_FAILED: rank 0 cannot reach rank 1: it has finished and left\n')
    expect(code).toBe(0)
  })

  test('a message to a rank that has finished reaches it, and is reported as never received', async () => {
    const { code, stderr } = await tsrun(['-n', '2', program('send-late-to-finished-rank.ts')])
    expect(stderr).toContain('a message was never received: from rank 1 with tag 9')
    expect(code).toBe(0)
  })
})

describe('a rank fails', () => {
  test('it exits with a code', async () => {
    const { code, stderr } = await tsrun(['-n', '3', program('exit-3-on-rank-1.ts')])
    expect(stderr).toMatch(
      /^tsrun: rank 1 \(host \S+, pid \d+\) exited with code 3\n {2}also affected: ranks 0, 2 \(ended with the job\)\n$/,
    )
    expect(code).toBe(3)
  })

  test('several exit at once: code and report are of the same rank', async () => {
    const { code, stderr } = await tsrun(['-n', '4', program('exit-10-plus-rank.ts')])
    const [, rank, reported] = /rank (\d) .* exited with code (\d+)/.exec(stderr) ?? []
    expect([10, 11, 12, 13]).toContain(code)
    expect(Number(reported)).toBe(code)
    expect(Number(rank)).toBe(code! - 10)
  })

  test('the codes of ranks that were told to end do not count', async () => {
    const { code, stderr } = await tsrun(['-n', '4', program('exit-12-on-rank-2-others-exit-late.ts')])
    expect(stderr).toContain('rank 2 ')
    expect(stderr).toContain('ranks 0-1, 3 (ended with the job)')
    expect(code).toBe(12)
  })

  test.each([
    ['SIGKILL', 137],
    ['SIGSEGV', 139],
    ['SIGTERM', 143],
  ])('a signal kills it: %s', async (signal, expected) => {
    const { code, stdout, stderr } = await tsrun(['-n', '2', program('kill-self-on-rank-1.ts'), signal])
    const pid = /pid (\d+)/.exec(stdout)?.[1]
    expect(stderr).toContain(`pid ${pid}) was killed by ${signal}`)
    expect(code).toBe(expected)
  })

  test('an uncaught error: the stack points at the TypeScript line', async () => {
    const { code, stderr } = await tsrun(['-n', '3', program('throw-on-rank-1.ts')])
    const report = stderr.slice(stderr.indexOf('tsrun:'))
    expect(report.split('\n')).toEqual([
      expect.stringMatching(
        /^tsrun: rank 1 \(host \S+, pid \d+\) failed with an uncaught error \(exit code 1\)$/,
      ),
      '  Error: no luck',
      `      at fail (${program('throw-on-rank-1.ts')}:6:9)`,
      expect.stringContaining(`${program('throw-on-rank-1.ts')}:9:37`),
      '  also affected: ranks 0, 2 (ended with the job)',
      '',
    ])
    expect(stderr.indexOf('Error: no luck')).toBeLessThan(stderr.indexOf('tsrun:'))
    expect(code).toBe(1)
  })

  test('an error thrown in tsmpi: the report shows the line of the script', async () => {
    const { code, stderr } = await tsrun(['-n', '1', program('send-to-absent-rank.ts')])
    expect(stderr.slice(stderr.indexOf('tsrun:')).split('\n')).toEqual([
      expect.stringContaining('failed with an uncaught error (exit code 1)'),
      expect.stringMatching(/^ {2}RankError: send on world/),
      `      at tell (${program('send-to-absent-rank.ts')}:4:16)`,
      expect.stringContaining(`${program('send-to-absent-rank.ts')}:7:7`),
      '',
    ])
    expect(code).toBe(1)
  })

  test('an unhandled rejection', async () => {
    const { code, stderr } = await tsrun(['-n', '2', program('reject-on-rank-1.ts')])
    expect(stderr).toContain('rank 1 ')
    expect(stderr).toMatch(/RangeError: nobody catches me\n.*reject-on-rank-1\.ts:3:9/)
    expect(code).toBe(1)
  })

  test('an error found by a rank that handles it: a rank that does not is named, and the finder', async () => {
    const { code, stderr } = await tsrun(['-n', '3', program('fail-by-notice.ts')])
    const report = stderr.slice(stderr.indexOf('tsrun:'))
    expect(report).toMatch(/^tsrun: rank [01] .* failed with an uncaught error/)
    expect(report).toContain('\n  found by rank 2, which told this rank of it\n')
    expect(report).toContain('rank 2 (ended with the job)')
    expect(code).toBe(1)
  })

  test.each([
    ['throw', '"just a string"'],
    ['throw-object', '{ status: 404 }'],
    ['throw-later', '"just a string"'],
    ['reject', '"just a string"'],
    ['reject-object', '#<Object>'],
  ])('%s: something that is not an Error is shown itself', async (how, shown) => {
    const { code, stderr } = await tsrun(['-n', '1', program('throw-no-error.ts'), how])
    expect(stderr).toMatch(/\ntsrun: rank 0 \(host \S+, pid \d+\) threw /)
    expect(stderr).toContain(`) threw ${shown} (exit code 1)\n  That is not an Error`)
    expect(code).toBe(1)
  })

  test('output before the error is not lost', async () => {
    const { code, stdout } = await tsrun(['-n', '2', program('big-output-then-throw.ts')])
    expect(stdout.length).toBeGreaterThanOrEqual(1_000_001)
    expect(code).toBe(1)
  })

  test.each(['at once', 'later'])('process.exit() at the top level is a good end: %s', async (when) => {
    const { code, stdout, stderr } = await tsrun(['-n', '2', program('exit-at-once.ts'), when])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('a top-level await that never settles is explained', async () => {
    const { code, stderr } = await tsrun(['-n', '1', program('never-settles.ts')])
    expect(stderr).toContain('exit code 13: a top-level await in the script can never settle')
    expect(code).toBe(13)
  })

  test('it exits 0 but the others still need it', async () => {
    const { code, stderr } = await tsrun(['-n', '2', program('exit-0-owing-on-rank-1.ts')])
    expect(stderr).toContain(
      'exited with code 0 while the others still needed it: 2 messages have not reached their receivers\n' +
        '  let the script end by itself, or set process.exitCode, instead of calling process.exit()\n',
    )
    expect(code).toBe(1)
  })

  test('it exits 0 without a word', async () => {
    const { code, stderr } = await tsrun(['-n', '2', program('exit-silently-on-rank-1.ts')])
    expect(stderr).toMatch(/rank 1 .* exited with code 0 while the others still needed it/)
    expect(code).toBe(1)
  })
})

describe('abort', () => {
  test.each([
    ['7', 7],
    ['0', 1],
    ['256', 1],
  ])('abort(%s) ends the job; the caller runs no further statement', async (asked, expected) => {
    const { code, stdout, stderr } = await tsrun(['-n', '3', program('abort-7-on-rank-1.ts'), asked])
    expect(stdout).toBe('before\n')
    expect(stderr).toMatch(new RegExp(`^tsrun: rank 1 .* called abort\\(${asked}\\): enough is enough\n`))
    expect(code).toBe(expected)
  })
})

describe('--timeout', () => {
  test('shows what every rank was doing', async () => {
    const { code, stderr } = await tsrun(['-n', '2', '--timeout', '4s', program('busy-with-operations.ts')])
    expect(stderr.split('\n')).toEqual([
      'tsrun: the job was not done after 4 s (--timeout); what the ranks were doing:',
      '  rank 0: waiting in recv on world from rank 1; last operation: barrier on world',
      '  rank 1: waiting in recv on world from rank 0; last operation: barrier on world',
      '',
    ])
    expect(code).toBe(124)
  })

  test('a rank in synchronous code cannot answer', async () => {
    const { code, stderr } = await tsrun([
      '-n',
      '2',
      '--timeout',
      '1s',
      program('busy-with-operations.ts'),
      'loop',
    ])
    expect(stderr).toContain('  rank 1: busy in synchronous code (it did not answer)\n')
    expect(code).toBe(124)
  })
})

describe('what a rank leaves behind', () => {
  test('a process in a session of its own, holding stdout, is killed with the job', async () => {
    const { code, stdout } = await tsrun(['-n', '2', program('grandchild.ts')])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'left one behind\n'.repeat(2) })
  })

  test('a Node process started by the script is no rank', async () => {
    const { stdout } = await tsrun(['-n', '1', program('fork-child.ts')])
    expect(stdout).toBe('undefined false\n')
  })
})

test('a reader that goes away ends the job without a word, as a closed pipe ends any command', async () => {
  const run = new Run(['-n', '2', program('print-forever.ts')])
  await run.allSay('tick', 2)
  run.child.stdout!.destroy()
  expect(await run.ended).toMatchObject({ code: 141, stderr: '' })
})

test('a rank that writes to our connection by mistake is told so', async () => {
  const { code, stderr } = await tsrun(['-n', '2', program('write-to-fd-3.ts')])
  expect(stderr).toMatch(/^tsrun: rank 1 .* something wrote to file descriptor 3/)
  expect(code).toBe(1)
})

// With the lower limit nothing at all can be started, the process that cleans up behind tsrun included.
test.each([21, 64])('ranks cannot be started with %i open files: 125, and the cure', async (limit) => {
  const through = ['sh', '-c', `ulimit -n ${limit} && exec "$0" "$@"`]
  const { code, stderr } = await tsrun(['-n', '40', program('forever.ts')], { through })
  expect(stderr).toMatch(/^tsrun: rank \d+ could not be started: .*EMFILE; too many open files\? ulimit -n/)
  expect(code).toBe(125)
})
