import { describe, expect, test } from 'vitest'
import { exitCodeOf, formatRanks, type RankFacts, reportEnd } from '../../src/launcher/report.ts'

function facts(rank: number, changes: Partial<RankFacts> = {}): RankFacts {
  return {
    rank,
    hostname: 'node7',
    pid: 1000 + rank,
    end: { code: null, signal: 'SIGTERM' },
    announced: null,
    uncaught: null,
    owed: null,
    activity: null,
    endedWithJob: true,
    silent: false,
    ...changes,
  }
}

const exited = (code: number): Partial<RankFacts> => ({ end: { code, signal: null }, endedWithJob: false })

test('ranks are written as runs', () => {
  expect(formatRanks([5, 0, 1, 2, 9, 8])).toBe('0-2, 5, 8-9')
})

test('a failure says rank, host, pid, what happened, where it waited, and who went with it', () => {
  const activity = { pending: ['recv on world from rank 0, tag 7 (for 4.2 s)'], last: 'barrier on world' }
  const ranks = [facts(0), facts(1, { ...exited(4), activity }), facts(2, exited(5)), facts(3)]
  expect(reportEnd({ kind: 'failed', rank: 1 }, ranks)).toBe(
    [
      'tsrun: rank 1 (host node7, pid 1001) exited with code 4',
      '  waiting in: recv on world from rank 0, tag 7 (for 4.2 s)',
      '  last operation: barrier on world',
      '  also affected: rank 2 (exit code 5); ranks 0, 3 (ended with the job)',
      '',
    ].join('\n'),
  )
})

test('of an uncaught error message and first frames, without those of Node', () => {
  const stack =
    'Error: two\nlines\n    at f (/x/a.ts:1:2)\n    at node:internal/x:1:1\n    at g (/x/a.ts:3:4)'
  const report = reportEnd({ kind: 'failed', rank: 0 }, [
    facts(0, { ...exited(1), uncaught: { text: stack, isError: true } }),
  ])
  expect(report.split('\n')).toEqual([
    'tsrun: rank 0 (host node7, pid 1000) failed with an uncaught error (exit code 1)',
    '  Error: two',
    '  lines',
    '      at f (/x/a.ts:1:2)',
    '      at g (/x/a.ts:3:4)',
    '',
  ])
})

describe('of the frames of an error thrown in tsmpi', () => {
  const dist = new URL('../../dist/', import.meta.url)
  const reported = (...frames: string[]) => {
    const stack = ['RankError: no such rank', ...frames.map((frame) => `    at ${frame}`)].join('\n')
    const report = reportEnd({ kind: 'failed', rank: 0 }, [
      facts(0, { ...exited(1), uncaught: { text: stack, isError: true } }),
    ])
    return report.split('\n').slice(2, -1)
  }

  test('only those of the script are shown, however deep they are', () => {
    expect(
      reported(
        `readRank (${dist.href}comm/arguments.js:1:2)`,
        `Communicator.send (${dist.pathname}comm/communicator.js:1:2)`,
        'async f (file:///x/node_modules/tsmpi/dist/comm/wait.js:1:2)',
        'new Promise (<anonymous>)',
        'async Promise.all (index 0)',
        'async solve (/x/a.ts:3:4)',
        'emit (node:events:1:2)',
        'async <anonymous> (/x/a.ts:9:1)',
        'async node:internal/modules/run_main:1:2',
      ),
    ).toEqual(['      at async solve (/x/a.ts:3:4)', '      at async <anonymous> (/x/a.ts:9:1)'])
  })

  test('the first one is shown where there are no others', () => {
    expect(reported(`a (${dist.href}comm/a.js:1:2)`, 'b (node:events:1:2)')).toEqual([
      `      at a (${dist.href}comm/a.js:1:2)`,
    ])
  })
})

test('a top-level await that never settles is told from a rank that chose that code', () => {
  const report = (announced: number) =>
    reportEnd({ kind: 'failed', rank: 0 }, [facts(0, { ...exited(13), announced })])
  expect(report(0)).toContain('ended with exit code 13: a top-level await in the script can never settle')
  expect(report(13)).toContain(
    "exited with code 13 (also Node's code for a top-level await that never settles)",
  )
})

test('a script that cannot find tsmpi is told the cure', () => {
  const stack = "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'tsmpi' imported from /x/a.mjs"
  const report = reportEnd({ kind: 'failed', rank: 0 }, [
    facts(0, { ...exited(1), uncaught: { text: stack, isError: true } }),
  ])
  expect(report).toContain('npm i tsmpi')
})

test('what ranks owe that failed is no news, but what those owe that exited with 0 is', () => {
  const owed = '3 messages have not reached their receivers yet'
  const ranks = [facts(0, exited(1)), facts(1, { ...exited(1), owed }), facts(2, { ...exited(0), owed })]
  expect(reportEnd({ kind: 'failed', rank: 0 }, ranks)).toContain(
    `  also affected: rank 1 (exit code 1), rank 2 (exit code 0, ${owed})\n`,
  )
})

test('an error that another rank has found, and survived', () => {
  const uncaught = { text: 'Error: no luck\n    at f (/x/a.ts:1:2)', isError: true, foundBy: 3 }
  const report = reportEnd({ kind: 'failed', rank: 0 }, [facts(0, { ...exited(1), uncaught })])
  expect(report.split('\n').slice(1, -1)).toEqual([
    '  Error: no luck',
    '      at f (/x/a.ts:1:2)',
    '  found by rank 3, which told this rank of it',
  ])
})

test('ranks that do the same share a line', () => {
  const activity = { pending: ['recv on world'], last: null }
  const ranks = [
    facts(0, { activity }),
    facts(1, { activity }),
    facts(2, { silent: true }),
    facts(3, exited(0)),
    facts(4, { activity: { pending: [], last: 'send to rank 0' } }),
  ]
  expect(reportEnd({ kind: 'timeout', timeoutMs: 90_000 }, ranks).split('\n')).toEqual([
    'tsrun: the job was not done after 90 s (--timeout); what the ranks were doing:',
    '  ranks 0-1: waiting in recv on world',
    '  rank 2: busy in synchronous code (it did not answer)',
    '  rank 3: had ended (exit code 0)',
    '  rank 4: in no operation of tsmpi; last operation: send to rank 0',
    '',
  ])
})

describe('hosts', () => {
  const lost: Partial<RankFacts> = { end: { code: null, signal: null }, endedWithJob: false }

  test('one that could not start its ranks', () => {
    const cause = {
      kind: 'launchFailed',
      hostname: 'node7',
      ranks: [0, 1],
      why: 'there is no folder /x',
    } as const
    expect(reportEnd(cause, [facts(0, lost), facts(1, lost)])).toBe(
      'tsrun: host node7 (ranks 0-1): there is no folder /x\n',
    )
    expect(exitCodeOf(cause, [])).toBe(125)
  })

  test('some that did not in time', () => {
    const missing = [
      { hostname: 'node7', ranks: [0, 1, 4] },
      { hostname: 'node8', ranks: [2] },
    ]
    const cause = { kind: 'launchTimeout', timeoutMs: 60_000, missing } as const
    expect(reportEnd(cause, []).split('\n')).toEqual([
      'tsrun: the job was not started after 60 s (--launch-timeout); missing:',
      '  host node7 (ranks 0-1, 4)',
      '  host node8 (rank 2)',
      '',
    ])
    expect(exitCodeOf(cause, [])).toBe(125)
  })

  test('one that was lost', () => {
    const cause = { kind: 'hostLost', hostname: 'node7', ranks: [2, 3], why: 'its agent is gone' } as const
    const ranks = [facts(0), facts(1, exited(3)), facts(2, lost), facts(3, lost)]
    expect(reportEnd(cause, ranks).split('\n')).toEqual([
      'tsrun: lost host node7 (ranks 2-3): its agent is gone',
      '  also affected: rank 1 (exit code 3); rank 0 (ended with the job)',
      '',
    ])
    expect(exitCodeOf(cause, [])).toBe(1)
  })

  test('ranks lost with their host, beside another cause', () => {
    const ranks = [facts(0, exited(3)), facts(1, lost)]
    expect(reportEnd({ kind: 'failed', rank: 0 }, ranks)).toContain(
      '  also affected: rank 1 (lost with its host)\n',
    )
  })
})
