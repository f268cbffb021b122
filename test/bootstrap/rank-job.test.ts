import { expect, test } from 'vitest'
import type { BootOrder, FromRank } from '../../src/bootstrap/control.ts'
import type { ControlPort } from '../../src/bootstrap/control-port.ts'
import { RankJob } from '../../src/bootstrap/rank-job.ts'
import { RankFailedError } from '../../src/errors.ts'

const ORDER: BootOrder = {
  rank: 0,
  size: 3,
  localRank: 0,
  localSize: 3,
  nodeRank: 0,
  nodeOf: [0, 0, 0],
  sharing: [true],
  net: null,
  bracketing: 'placement',
  jobId: 'test',
  hostname: 'here',
  runtimeDir: '/tmp',
  segmentFd: null,
  parentPid: 1,
  entry: { kind: 'plain', path: 'x' },
  scriptArguments: [],
  setDeathSignal: false,
}

function setup() {
  const sent: FromRank[] = []
  const port = {
    holds: 0,
    send: (message: FromRank) => sent.push(message),
    hold: () => port.holds++,
    release: () => port.holds--,
  }
  return { sent, port, job: new RankJob(ORDER, port as unknown as ControlPort) }
}

test('a card is asked for once, holds the process meanwhile, and is kept', async () => {
  const { sent, port, job } = setup()
  const cards = [job.card(1), job.card(1)]
  expect(sent).toEqual([{ t: 'card?', rank: 1 }])
  expect(port.holds).toBe(1)
  job.receive({ t: 'card', rank: 1, card: 'there' })
  expect(await Promise.all(cards)).toEqual(['there', 'there'])
  expect(port.holds).toBe(0)
  expect(await job.card(1)).toBe('there')
  expect(sent).toHaveLength(1)
})

test('a rank that has left has no card any more, before and after', async () => {
  const { port, job } = setup()
  const early = job.card(2)
  job.receive({ t: 'left', rank: 2 })
  await expect(early).rejects.toThrow(RankFailedError)
  await expect(job.card(2)).rejects.toThrow('rank 0 cannot reach rank 2: it has finished and left')
  expect(port.holds).toBe(0)
})

test('a rank that has finished can still be reached', async () => {
  const { job } = setup()
  const early = job.card(2)
  job.receive({ t: 'finished', rank: 2, left: false })
  job.receive({ t: 'finished', rank: 1, left: false })
  const late = job.card(1)
  for (const rank of [1, 2]) job.receive({ t: 'card', rank, card: `card of ${rank}` })
  expect(await Promise.all([early, late])).toEqual(['card of 2', 'card of 1'])
})

test('finishing holds the process until all have finished', async () => {
  const { sent, port, job } = setup()
  const finished = Promise.all([job.finish(), job.finish()])
  expect(sent).toEqual([{ t: 'finished' }])
  expect(port.holds).toBe(1)
  job.receive({ t: 'allFinished' })
  await finished
  expect(port.holds).toBe(0)
})

test('events before the listener are kept for it, in order', () => {
  const { job } = setup()
  job.receive({ t: 'want' })
  job.receive({ t: 'finished', rank: 1, left: false })
  const seen: string[] = []
  job.listen((event) => seen.push(event.kind))
  job.receive({ t: 'failed', rank: 2, reason: 'x' })
  expect(seen).toEqual(['want', 'finished', 'failed'])
})

test('it tells what it does, and that it does not know', () => {
  const { sent, job } = setup()
  job.receive({ t: 'activity?', id: 5 })
  job.describeWith(() => {
    throw new Error('oops')
  })
  job.receive({ t: 'activity?', id: 6 })
  expect(sent).toEqual([
    { t: 'activity', id: 5, activity: { pending: [], last: null } },
    { t: 'activity', id: 6, activity: { pending: ['(unknown: Error: oops)'], last: null } },
  ])
})
