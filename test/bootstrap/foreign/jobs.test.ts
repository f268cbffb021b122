/** Whole jobs that something else than tsrun has started. */

import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { endOf, slurmVariables, startOne, startRanks, torchVariables } from './started.ts'

/** What sums.mjs prints on each rank. */
function sums(size: number, hostOf: (rank: number) => string): string[] {
  return Array.from({ length: size }, (_, rank) => {
    const from = (rank + size - 1) % size
    return `${rank} of ${size} on ${hostOf(rank)}: ${(size * (size + 1)) / 2}, ${from}\n`
  })
}

test.each([2, 4, 7])('%i ranks told by RANK and MASTER_ADDR find each other', async (size) => {
  const runs = startRanks(size, torchVariables(size), 'sums.mjs')
  const ends = await endOf(runs)
  expect(ends.map(({ stderr }) => stderr)).toEqual(Array(size).fill(''))
  expect(ends.map(({ code }) => code)).toEqual(Array(size).fill(0))
  expect(ends.map(({ stdout }) => stdout.replace(/ on .*:/, ':'))).toEqual(
    sums(size, () => '').map((line) => line.replace(/ on .*:/, ':')),
  )
})

test('a job of one is a job of one, whatever else is told', async () => {
  const [end] = await endOf([startOne('sums.mjs', [], { RANK: '0', WORLD_SIZE: '1' })])
  expect(end).toMatchObject({ code: 0, stderr: '' })
  expect(end!.stdout).toContain('0 of 1')
})

test.each([
  { nodes: ['n1'], perNode: 2 },
  { nodes: ['n1', 'n2'], perNode: 2 },
])('ranks of a Slurm step on $nodes find each other', async ({ nodes, perNode }) => {
  const size = nodes.length * perNode
  const ends = await endOf(startRanks(size, slurmVariables(nodes, perNode), 'sums.mjs'))
  expect(ends.map(({ stderr }) => stderr)).toEqual(Array(size).fill(''))
  expect(ends.map(({ code }) => code)).toEqual(Array(size).fill(0))
  expect(ends.map(({ stdout }) => stdout)).toEqual(sums(size, (rank) => nodes[Math.floor(rank / perNode)]!))
})

test('rank 0 may come last', async () => {
  const variables = torchVariables(3)
  const others = [1, 2].map((rank) => startOne('say-first.mjs', [], variables(rank)))
  await Promise.all(others.map((run) => run.allSay('here', 1)))
  const first = startOne('sums.mjs', [], variables(0))
  expect((await endOf([first, ...others])).map(({ code }) => code)).toEqual([0, 0, 0])
})

test('what a rank starts is no rank, and a rank finds its place in TSMPI_*', async () => {
  const ends = await endOf(startRanks(2, torchVariables(2), 'children.mjs'))
  expect(ends.map(({ stderr }) => stderr)).toEqual(['', ''])
  expect(ends.map(({ stdout }) => stdout)).toEqual([
    '0: child: 0 1, thread: 0 1, with half of the variables: 0 1, 0 2 0 2 0\n',
    '1: child: 0 1, thread: 0 1, with half of the variables: 0 1, 1 2 1 2 0\n',
  ])
})

test('addresses are handed on while rank 0 computes', async () => {
  const done = join(tmpdir(), `tst-${randomUUID()}`)
  onTestFinished(() => rmSync(done, { force: true }))
  const ends = await endOf(startRanks(3, torchVariables(3), 'busy-hub.mjs', [done]))
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0])
  expect(ends.map(({ stdout }) => stdout)).toEqual(['', '1 got 2\n', '2 got 1\n'])
})

test.each([0, 1, 3])('rank %i may leave early, owing nothing', async (who) => {
  const ends = await endOf(startRanks(4, torchVariables(4), 'leave-early.mjs', [String(who)]))
  expect(ends.map(({ stderr }) => stderr)).toEqual(['', '', '', ''])
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  expect(ends[who]!.stdout).toBe('left\n')
})

test.each([
  { how: 'kill', who: 2, own: null, reason: 'its process has died' },
  { how: 'kill', who: 0, own: null, reason: 'its process has died' },
  { how: 'throw', who: 1, own: 1, reason: 'Error: boom' },
  { how: 'throw', who: 0, own: 1, reason: 'Error: boom' },
  { how: 'exit3', who: 3, own: 3, reason: 'exit code 3' },
  { how: 'exit3', who: 0, own: 3, reason: 'exit code 3' },
  { how: 'owe', who: 1, own: 1, reason: 'it left, but ' },
  { how: 'owe', who: 0, own: 1, reason: 'it left, but ' },
])('rank $who fails ($how): no rank ends well, and each says whose fault it is', async (one) => {
  const { how, who, own, reason } = one
  const runs = startRanks(4, torchVariables(4), 'ends.mjs', [how, String(who)])
  const ends = await endOf(runs)
  expect(ends[who]).toMatchObject(how === 'kill' ? { signal: 'SIGKILL' } : { code: own })
  for (const [rank, end] of ends.entries()) {
    if (rank === who) continue
    expect(end.code, end.stderr).toBe(1)
    expect(end.stderr).toContain('RankFailedError')
    expect(end.stderr).toMatch(new RegExp(`rank ${who} has failed \\(on \\S+, pid ${runs[who]!.child.pid}: `))
    expect(end.stderr).toContain(reason)
  }
})

test.each([0, 2])('a rank that waits for nobody cannot finish when rank %i is killed', async (who) => {
  const ends = await endOf(startRanks(3, torchVariables(3), 'ends.mjs', ['kill', String(who), 'finish']))
  for (const [rank, end] of ends.entries()) {
    if (rank === who) continue
    expect(end.code).toBe(1)
    expect(end.stderr).toContain(`rank ${rank} of 3 cannot finish: rank ${who} has failed`)
  }
})

test.each([0, 2])('nor when its program swallows the error (rank %i)', async (who) => {
  const ends = await endOf(startRanks(3, torchVariables(3), 'ends.mjs', ['kill', String(who), 'swallow']))
  for (const [rank, end] of ends.entries())
    if (rank !== who) expect(end).toMatchObject({ code: 1, stderr: '' })
})

test.each([0, 1])('abort(7) on rank %i ends every rank with 7 at once', async (who) => {
  const ends = await endOf(startRanks(4, torchVariables(4), 'ends.mjs', ['abort', String(who)]))
  expect(ends.map(({ code }) => code)).toEqual([7, 7, 7, 7])
  expect(ends.map(({ stdout }) => stdout)).toEqual(['', '', '', ''])
  expect(ends[who]!.stderr).toMatch(new RegExp(`^tsmpi: rank ${who} of 4 on \\S+: abort\\(7\\) called`))
})

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'nothing is left when %s ends all ranks at once',
  async (signal) => {
    const runs = startRanks(3, torchVariables(3), 'wait.mjs')
    await Promise.all(runs.map((run) => run.allSay('here', 1)))
    for (const run of runs) run.kill(signal)
    // After this, see leftovers.ts.
    expect((await endOf(runs)).map((end) => end.signal)).toEqual([signal, signal, signal])
  },
)

test('a rank that does not come: the others say which one, and where they waited', async () => {
  const variables = torchVariables(3)
  const env = { TSMPI_LAUNCH_TIMEOUT: '8' }
  const runs = [0, 1].map((rank) => startOne('sums.mjs', [], { ...variables(rank), ...env }))
  for (const { code, stderr } of await endOf(runs)) {
    expect(code).toBe(1)
    expect(stderr).toContain('1 of 3 ranks have not come to rank 0')
    expect(stderr).toContain('Missing: rank 2')
    expect(stderr).toContain(`${variables(0).MASTER_ADDR} port 29500`)
  }
})

test('rank 0 does not come: the others say where they looked', async () => {
  const variables = torchVariables(2)
  const [end] = await endOf([startOne('sums.mjs', [], { ...variables(1), TSMPI_LAUNCH_TIMEOUT: '0.5' })])
  expect(end!.code).toBe(1)
  expect(end!.stderr).toContain('rank 1 of 2 on ')
  expect(end!.stderr).toContain(`rank 0 was not found at ${variables(0).MASTER_ADDR} port 29500 within 0.5 s`)
  expect(end!.stderr).toContain('ECONNREFUSED')
})

test('somebody else at the port is told from rank 0', async () => {
  const variables = torchVariables(2)
  await listening('HTTP/1.1 400 Bad Request\r\n\r\n', variables(0).MASTER_ADDR!)
  const [end] = await endOf([startOne('sums.mjs', [], { ...variables(1), TSMPI_LAUNCH_TIMEOUT: '0.5' })])
  expect(end!.code).toBe(1)
  expect(end!.stderr).toContain('something else than tsmpi answers there')
})

test('rank 0 says so when its port is taken', async () => {
  const variables = torchVariables(2)
  await listening('', variables(0).MASTER_ADDR!)
  const [end] = await endOf([startOne('sums.mjs', [], variables(0))])
  expect(end!.code).toBe(1)
  expect(end!.stderr).toContain('EADDRINUSE')
  expect(end!.stderr).toContain('choose another MASTER_PORT')
})

test('a second process that claims to be rank 1 is turned away, and the job goes on', async () => {
  const variables = torchVariables(3)
  const first = startOne('sums.mjs', [], variables(0))
  // It is for chance which of the two is the second.
  const both = [1, 1].map((rank) =>
    startOne('sums.mjs', [], { ...variables(rank), TSMPI_LAUNCH_TIMEOUT: '8' }),
  )
  const either = await Promise.race(both.map((run) => run.ended))
  expect(either.code).toBe(1)
  expect(either.stderr).toMatch(/rank 1 is there already: pid \d+ on /)
  const last = startOne('sums.mjs', [], variables(2))
  const codes = (await endOf([first, ...both, last])).map(({ code }) => code)
  expect(codes.filter((code) => code === 0)).toHaveLength(3)
})

/** A server that answers everybody with `text`. */
async function listening(text: string, host: string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).end(text))
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(29_500, host, resolve))
  return server
}
