/** The supervisor over an agent that only writes down what it is told. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { exitCodeOf } from '../../src/launcher/report.ts'
import { type Supervised, Supervisor } from '../../src/launcher/supervise.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const IDLE = { pending: [], last: null }

/** Ranks in pairs on hosts A, B, ...; `answers`: whether hosts do when they are asked for a sign. */
function setup(size: number, { answers = true } = {}) {
  const told: string[] = []
  const hosts = Array.from({ length: Math.ceil(size / 2) }, (_, node) => ({
    hostname: 'ABCD'[node]!,
    ranks: [2 * node, 2 * node + 1].filter((rank) => rank < size),
  }))
  const fleet: Supervised = {
    hostOf: (rank) => hosts.find(({ ranks }) => ranks.includes(rank))!,
    ping: (rank) => {
      told.push(`ping for ${rank}`)
      return () => answers
    },
    boot: () => told.push('boot'),
    send: (rank, message) => told.push(`${message.t} to ${rank}`),
    signal: (signal) => told.push(signal),
  }
  const supervisor = new Supervisor(size, fleet)
  for (let rank = 0; rank < size; rank++) supervisor.onStarted(rank, 100 + rank)
  const exits = (rank: number, code: number | null, signal: NodeJS.Signals | null = null) => {
    supervisor.onEnded(rank, { code, signal })
    supervisor.onOutputEnded(rank)
  }
  const saysExit = (rank: number, code: number, owed: string | null = null) =>
    supervisor.onMessage(rank, { t: 'exit', code, owed, activity: IDLE })
  /** Fails by an error that `foundBy` has told of, or by its own. */
  const fails = (rank: number, foundBy?: number) => {
    const error = { text: 'Error', isError: true, ...(foundBy === undefined ? {} : { foundBy }) }
    supervisor.onMessage(rank, { t: 'uncaught', error, activity: IDLE })
    saysExit(rank, 1)
    exits(rank, 1)
  }
  return { supervisor, told, hosts, exits, saysExit, fails, take: () => told.splice(0) }
}

const boot = (supervisor: Supervisor) => supervisor.boot({ kind: 'plain', path: 'x' }, [])

async function codeOf(supervisor: Supervisor): Promise<number> {
  const { cause, ranks } = await supervisor.done
  return cause ? exitCodeOf(cause, ranks) : 0
}

test('all ranks end well', async () => {
  const { supervisor, saysExit, exits } = setup(2)
  for (const rank of [1, 0]) {
    saysExit(rank, 0)
    exits(rank, 0)
  }
  expect(await supervisor.done).toMatchObject({ cause: null })
})

describe('the first cause wins', () => {
  test('a rank fails: the others are ended politely, then killed', async () => {
    const { supervisor, exits, take } = setup(3)
    exits(1, 3)
    expect(take()).toEqual(['SIGTERM', 'SIGCONT', 'failed to 0', 'failed to 2'])
    exits(0, null, 'SIGTERM')
    vi.advanceTimersByTime(1999)
    expect(take()).toEqual([])
    vi.advanceTimersByTime(1)
    expect(take()).toEqual(['SIGKILL'])
    exits(2, null, 'SIGKILL')
    expect((await supervisor.done).cause).toEqual({ kind: 'failed', rank: 1 })
    expect(await codeOf(supervisor)).toBe(3)
  })

  test('who announced its failure first, though its process ended later', async () => {
    const { supervisor, saysExit, exits } = setup(3)
    saysExit(2, 12)
    saysExit(1, 11)
    supervisor.onEnded(2, { code: 12, signal: null })
    exits(1, 11)
    exits(0, null, 'SIGTERM')
    supervisor.onOutputEnded(2)
    expect(await codeOf(supervisor)).toBe(12)
  })

  test('codes of ranks that were told to end do not count', async () => {
    const { supervisor, exits } = setup(2)
    exits(0, 7)
    exits(1, 99)
    expect(await codeOf(supervisor)).toBe(7)
  })

  test('abort() before a death', async () => {
    const { supervisor, exits } = setup(2)
    supervisor.onMessage(1, { t: 'abort', code: 5, why: '' })
    exits(1, null, 'SIGKILL')
    exits(0, null, 'SIGTERM')
    expect(await codeOf(supervisor)).toBe(5)
  })
})

describe('an error that one rank has found and others were told of', () => {
  test('the finder is to blame, though the others fail first', async () => {
    const { supervisor, fails, exits, take } = setup(4)
    fails(1, 2)
    fails(0, 2)
    expect(take()).toEqual([])
    fails(2)
    expect(take()).toContain('SIGTERM')
    exits(3, null, 'SIGTERM')
    const { cause, ranks } = await supervisor.done
    expect(cause).toEqual({ kind: 'failed', rank: 2 })
    expect(ranks.map((rank) => rank.endedWithJob)).toEqual([false, false, false, true])
  })

  test('the finder goes on: the first of the others, after a while', async () => {
    const { supervisor, fails, exits, take } = setup(3)
    fails(1, 2)
    vi.advanceTimersByTime(600)
    fails(0, 2)
    vi.advanceTimersByTime(399)
    expect(take()).toEqual([])
    vi.advanceTimersByTime(1)
    expect(take()).toContain('SIGTERM')
    exits(2, null, 'SIGTERM')
    expect((await supervisor.done).cause).toEqual({ kind: 'failed', rank: 1 })
  })

  test('the finder ends well: nothing to wait for', async () => {
    const { supervisor, fails, saysExit, exits } = setup(2)
    fails(1, 0)
    saysExit(0, 0)
    exits(0, 0)
    expect((await supervisor.done).cause).toEqual({ kind: 'failed', rank: 1 })
  })

  test('another rank fails by itself meanwhile: it is to blame', async () => {
    const { supervisor, fails, exits } = setup(3)
    fails(1, 0)
    exits(2, null, 'SIGSEGV')
    exits(0, null, 'SIGTERM')
    expect((await supervisor.done).cause).toEqual({ kind: 'failed', rank: 2 })
  })

  test('the finder has an error of its own that others were not told of: no waiting', async () => {
    const { supervisor, fails, exits } = setup(2)
    fails(0)
    exits(1, null, 'SIGTERM')
    expect((await supervisor.done).cause).toEqual({ kind: 'failed', rank: 0 })
  })

  test('the finder aborts meanwhile', async () => {
    const { supervisor, fails, exits } = setup(2)
    fails(1, 0)
    supervisor.onMessage(0, { t: 'abort', code: 5, why: '' })
    exits(0, null, 'SIGKILL')
    expect(await codeOf(supervisor)).toBe(5)
  })
})

describe('a rank that exits 0', () => {
  test('owing something', async () => {
    const { supervisor, saysExit, exits } = setup(2)
    saysExit(0, 0, 'two messages')
    exits(0, 0)
    exits(1, null, 'SIGTERM')
    expect(await codeOf(supervisor)).toBe(1)
  })

  test('without a word, though others may write to it', async () => {
    const { supervisor, exits } = setup(2)
    supervisor.onMessage(0, { t: 'publish', card: 'x' })
    exits(0, 0)
    exits(1, null, 'SIGTERM')
    expect(await codeOf(supervisor)).toBe(1)
  })

  test('without a word, after it had finished', async () => {
    const { supervisor, exits } = setup(1)
    supervisor.onMessage(0, { t: 'publish', card: 'x' })
    supervisor.onMessage(0, { t: 'finished' })
    exits(0, 0)
    expect(await codeOf(supervisor)).toBe(0)
  })
})

describe('asked to end from outside', () => {
  test('the ranks are asked what they do, and get the signal when all have answered', async () => {
    const { supervisor, exits, take } = setup(2)
    boot(supervisor)
    supervisor.end({ kind: 'timeout', timeoutMs: 5 })
    expect(take()).toEqual(['boot', 'activity? to 0', 'activity? to 1'])
    supervisor.onMessage(0, { t: 'activity', id: 0, activity: { pending: ['recv'], last: null } })
    exits(1, 0)
    await vi.advanceTimersByTimeAsync(0)
    expect(take()).toEqual(['SIGTERM', 'SIGCONT'])
    exits(0, null, 'SIGTERM')
    const { ranks } = await supervisor.done
    expect(ranks[0]).toMatchObject({ silent: false, activity: { pending: ['recv'] } })
    expect(await codeOf(supervisor)).toBe(124)
  })

  test('before the script runs: nobody is asked, and it is not run any more', async () => {
    const { supervisor, exits, take } = setup(1)
    supervisor.end({ kind: 'signal', signal: 'SIGINT' })
    await vi.advanceTimersByTimeAsync(0)
    boot(supervisor)
    expect(take()).toEqual(['SIGTERM', 'SIGCONT'])
    exits(0, null, 'SIGTERM')
    expect(await codeOf(supervisor)).toBe(130)
  })

  test('who does not answer in time is busy', async () => {
    const { supervisor, exits, take } = setup(1)
    boot(supervisor)
    supervisor.end({ kind: 'signal', signal: 'SIGINT' })
    await vi.advanceTimersByTimeAsync(500)
    expect(take()).toEqual(['boot', 'activity? to 0', 'SIGTERM', 'SIGCONT'])
    exits(0, null, 'SIGTERM')
    expect((await supervisor.done).ranks[0]).toMatchObject({ silent: true })
    expect(await codeOf(supervisor)).toBe(130)
  })
})

describe('a lost host', () => {
  test('before the ranks run, the launch has failed', async () => {
    const { supervisor, hosts, take, exits } = setup(4)
    supervisor.onHostLost(hosts[1]!, 'no folder')
    expect(take()).toEqual(['SIGTERM', 'SIGCONT', ...[0, 1, 3, 0, 1, 2].map((rank) => `failed to ${rank}`)])
    exits(0, null, 'SIGTERM')
    exits(1, null, 'SIGTERM')
    expect((await supervisor.done).cause).toMatchObject({
      kind: 'launchFailed',
      hostname: 'B',
      ranks: [2, 3],
    })
    expect(await codeOf(supervisor)).toBe(125)
  })

  test('later, the job has failed; its ranks count as ended', async () => {
    const { supervisor, hosts, exits } = setup(4)
    boot(supervisor)
    supervisor.onHostLost(hosts[1]!, 'its agent is gone')
    exits(0, null, 'SIGTERM')
    exits(1, null, 'SIGTERM')
    const { cause, ranks } = await supervisor.done
    expect(cause).toEqual({ kind: 'hostLost', hostname: 'B', ranks: [2, 3], why: 'its agent is gone' })
    expect(ranks.map((rank) => [rank.hostname, rank.endedWithJob, rank.end?.signal])).toEqual([
      ['A', true, 'SIGTERM'],
      ['A', true, 'SIGTERM'],
      ['B', false, null],
      ['B', false, null],
    ])
    expect(await codeOf(supervisor)).toBe(1)
  })

  test('while the job ends anyway, it does not keep it', async () => {
    const { supervisor, hosts, exits } = setup(4)
    exits(0, 5)
    exits(1, null, 'SIGTERM')
    supervisor.onHostLost(hosts[1]!, 'its agent is gone')
    expect((await supervisor.done).cause).toEqual({ kind: 'failed', rank: 0 })
  })

  test('it does not answer when a rank of it is out of reach', async () => {
    const { supervisor, exits, take } = setup(4, { answers: false })
    boot(supervisor)
    supervisor.onMessage(0, { t: 'lost', rank: 3, reason: 'silent for 5 s' })
    expect(take()).toEqual(['boot', 'ping for 3'])
    vi.advanceTimersByTime(3000)
    exits(0, null, 'SIGTERM')
    exits(1, null, 'SIGTERM')
    expect((await supervisor.done).cause).toEqual({
      kind: 'hostLost',
      hostname: 'B',
      ranks: [2, 3],
      why: 'it does not answer, and rank 0 has lost rank 3: silent for 5 s',
    })
  })
})

describe('a lost connection', () => {
  test('to a rank that has died: its death is the cause', async () => {
    const { supervisor, exits } = setup(2)
    supervisor.onMessage(0, { t: 'lost', rank: 1, reason: 'closed' })
    exits(1, null, 'SIGSEGV')
    exits(0, null, 'SIGTERM')
    expect(await codeOf(supervisor)).toBe(139)
  })

  test('to a rank that lives on', async () => {
    const { supervisor, exits } = setup(2)
    supervisor.onMessage(0, { t: 'lost', rank: 1, reason: 'closed' })
    await vi.advanceTimersByTimeAsync(5000)
    for (const rank of [0, 1]) exits(rank, null, 'SIGTERM')
    expect((await supervisor.done).cause).toEqual({ kind: 'unreachable', rank: 0, peer: 1, reason: 'closed' })
    expect(await codeOf(supervisor)).toBe(1)
  })
})

test('a rank that cannot be started', async () => {
  const { supervisor, exits } = setup(2)
  supervisor.onStartFailed(1, new Error('no more processes'))
  exits(0, null, 'SIGTERM')
  expect(await codeOf(supervisor)).toBe(125)
})
