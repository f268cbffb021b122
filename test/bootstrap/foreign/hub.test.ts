import { expect, test } from 'vitest'
import { ForeignHub } from '../../../src/bootstrap/foreign/hub.ts'
import { Ending, type FromHub, type ToHub } from '../../../src/bootstrap/foreign/messages.ts'

const CLOSED = 'the connection was closed'
const IDLE = { pending: [], last: null }

function setup(size: number) {
  const sent: FromHub[][] = Array.from({ length: size }, () => [])
  const ends: [number, number][] = []
  const ranks = sent.map((list, rank) => ({
    guest: { pid: 100 + rank, hostname: `h${rank}` },
    line: { send: (message: FromHub) => void list.push(message) },
  }))
  const hub = new ForeignHub(ranks, { over: (ending, code) => ends.push([ending, code]) })
  const kinds = (rank: number) => sent[rank]!.map(({ t }) => t).join(' ')
  return { hub, sent, ends, kinds }
}

function exit(code: number, owed: string | null = null): Extract<ToHub, { t: 'exit' }> {
  return { t: 'exit', code, owed, activity: IDLE }
}

test('rank 0 hears that all have finished when all others have heard it', () => {
  const { hub, kinds, ends } = setup(3)
  for (const rank of [0, 1, 2]) hub.receive(rank, { t: 'finished' })
  expect(kinds(1)).toBe('finished finished allFinished over')
  hub.receive(1, { t: 'parted' })
  expect(kinds(0)).toBe('finished finished')
  hub.receive(2, { t: 'parted' })
  expect(kinds(0)).toBe('finished finished allFinished')
  expect(ends).toEqual([[Ending.GOOD, 1]])
  hub.receive(1, exit(1))
  hub.markEnded(1, CLOSED)
  hub.markEnded(2, CLOSED)
  expect(kinds(0)).toBe('finished finished allFinished')
})

test('a rank that is killed after it has finished has failed', () => {
  const { hub, sent, ends } = setup(3)
  hub.receive(1, { t: 'finished' })
  hub.markEnded(1, CLOSED)
  const reason = 'on h1, pid 101: its process has died'
  expect(sent[0]!.at(-1)).toEqual({ t: 'failed', rank: 1, reason })
  expect(sent[2]!.at(-1)).toEqual({ t: 'failed', rank: 1, reason })
  hub.receive(0, { t: 'finished' })
  hub.receive(2, { t: 'finished' })
  hub.receive(2, exit(1))
  hub.markEnded(2, CLOSED)
  expect(ends).toEqual([[Ending.BAD, 1]])
})

test('a rank that has exited with 0, owing nothing, has left', () => {
  const { hub, sent } = setup(2)
  hub.receive(1, exit(0))
  hub.markEnded(1, CLOSED)
  expect(sent[0]).toContainEqual({ t: 'finished', rank: 1, left: true })
})

test.each([
  [exit(3), 'exit code 3'],
  [exit(0, 'a send is still pending'), 'it left, but a send is still pending'],
])('a rank that says it ends badly: %o', (message, reason) => {
  const { hub, sent } = setup(2)
  hub.receive(1, message)
  expect(sent[0]).toEqual([])
  hub.markEnded(1, CLOSED)
  expect(sent[0]).toEqual([{ t: 'failed', rank: 1, reason: `on h1, pid 101: ${reason}` }])
})

test('an uncaught error is the reason, by its first line', () => {
  const { hub, sent } = setup(2)
  hub.receive(1, { t: 'uncaught', error: { text: 'Error: boom\n    at x', isError: true }, activity: IDLE })
  hub.receive(1, exit(1))
  hub.markEnded(1, CLOSED)
  expect(sent[0]).toEqual([{ t: 'failed', rank: 1, reason: 'on h1, pid 101: Error: boom' }])
})

test('a host that does not answer any more', () => {
  const { hub, sent } = setup(2)
  hub.markEnded(1, 'read ETIMEDOUT')
  expect(sent[0]![0]).toMatchObject({
    reason: 'on h1, pid 101: its host cannot be reached any more (read ETIMEDOUT)',
  })
})

test('rank 0 may leave first, and stays for the others', async () => {
  const { hub, sent, kinds, ends } = setup(3)
  hub.receive(0, exit(0))
  expect(sent[1]).toEqual([{ t: 'finished', rank: 0, left: true }])
  hub.receive(1, { t: 'publish', card: 'c' })
  hub.receive(2, { t: 'card?', rank: 1 })
  expect(sent[2]!.at(-1)).toEqual({ t: 'card', rank: 1, card: 'c' })
  hub.receive(1, { t: 'finished' })
  hub.receive(2, { t: 'finished' })
  expect(kinds(2)).toMatch(/allFinished over$/)
  hub.receive(1, { t: 'parted' })
  expect(ends).toEqual([])
  hub.receive(2, { t: 'parted' })
  expect(ends).toEqual([[Ending.GOOD, 1]])
})

test('rank 0 fails: the others hear it before it goes', async () => {
  const { hub, sent, kinds } = setup(3)
  hub.receive(0, exit(4))
  expect(sent[2]).toEqual([{ t: 'failed', rank: 0, reason: 'on h0, pid 100: exit code 4' }])
  let isHeard = false
  const heard = hub.farewell().then(() => {
    isHeard = true
  })
  expect(kinds(2)).toBe('failed over')
  hub.receive(1, { t: 'parted' })
  await Promise.resolve()
  expect(isHeard).toBe(false)
  hub.markEnded(2, CLOSED)
  await heard
})

test('an abort goes to all but the one who called it, and nothing fails because of it', () => {
  const { hub, sent, ends } = setup(3)
  hub.receive(1, { t: 'abort', code: 7, why: 'x' })
  hub.receive(2, { t: 'abort', code: 8, why: 'too late' })
  expect(sent).toEqual([[{ t: 'aborted', rank: 1, code: 7 }], [], [{ t: 'aborted', rank: 1, code: 7 }]])
  hub.markEnded(1, CLOSED)
  hub.receive(2, { t: 'parted' })
  expect(sent[0]).toHaveLength(1)
  expect(ends).toEqual([[Ending.BAD, 7]])
})
