/** What only shared memory can do, between real processes. */

import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { mpiProgram, tsrun } from '../helpers/tsrun.ts'

test('what a rank sent before process.exit(0) arrives', async () => {
  const { code, stdout, stderr } = await tsrun(['-n', '2', mpiProgram('exit-0-after-sends.ts')])
  expect([code, stdout, stderr]).toEqual([0, 'all arrived\n', ''])
})

test.each([2, 3, 4])('sharedArray is one array on %i ranks', async (size) => {
  const { code, stdout, stderr } = await tsrun(['-n', String(size), mpiProgram('shared-array.ts')])
  expect([code, stdout, stderr]).toEqual([0, 'one array\n', ''])
})

test('sharedArray without shared memory says what to do', async () => {
  const args = ['-n', '2', '--transport', 'zmq', mpiProgram('shared-array.ts')]
  const { code, stderr } = await tsrun(args)
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /MpiError: sharedArray on world, rank \d of 2: the ranks of this job share no memory; .*--transport zmq/,
  )
})

test('timers fire while ranks answer each other without a pause, and while one waits', async () => {
  const { code, stdout, stderr } = await tsrun(['-n', '2', mpiProgram('timers-while-waiting.ts')])
  expect([code, stdout, stderr]).toEqual([0, 'timers fired\n', ''])
})

test('a rank that takes part in collectives from timers, while it sleeps in a receive, is woken by its message', async () => {
  const crowd = String(Math.min(32, availableParallelism() + 2))
  const { code, stdout, stderr } = await tsrun(['-n', crowd, mpiProgram('collective-from-timer.ts')])
  expect([code, stdout, stderr]).toEqual([0, 'all came\n', ''])
})
