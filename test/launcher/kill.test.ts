import { expect, test } from 'vitest'
import { findRemains } from '../../src/launcher/kill.ts'
import type { ProcessEntry } from '../../src/launcher/process-table.ts'

const entry = (pid: number, parent: number, session: number, startTicks = pid): ProcessEntry => ({
  pid,
  isZombie: false,
  parent,
  group: session,
  session,
  startTicks,
  terminalGroup: -1,
})

const RANK = { pid: 100, startTicks: 100 }

function remains(table: ProcessEntry[], carriesId: (entry: ProcessEntry) => boolean = () => false): number[] {
  return findRemains(table, [RANK], carriesId).map(({ pid }) => pid)
}

test('the rank, its descendants and its session', () => {
  const table = [
    entry(1, 0, 1),
    entry(100, 50, 100),
    entry(101, 100, 100),
    entry(102, 101, 102), // a session of its own, but a grandchild
    entry(103, 1, 100), // an orphan, but of the session
    entry(104, 1, 104),
  ]
  expect(remains(table)).toEqual([100, 101, 102, 103])
})

test('an orphan in a session of its own is known by the id of the job', () => {
  expect(remains([entry(200, 1, 200), entry(201, 1, 201)], ({ pid }) => pid === 200)).toEqual([200])
})

test('another process under the pid of a rank is left alone, with its children and session', () => {
  expect(remains([entry(100, 1, 100, 5000), entry(300, 100, 100)])).toEqual([])
})

test('the launcher itself is never among them', () => {
  expect(remains([entry(process.pid, 1, 1)], () => true)).toEqual([])
})
