/** Messages between real processes: through shared memory, and through ZeroMQ as between hosts. */

import { describe, expect, test } from 'vitest'
import { mpiProgram, tsrun } from '../helpers/tsrun.ts'

describe.each(['shm', 'zmq'])('over %s', (transport) => {
  const run = (size: number, program: string, ...args: string[]) =>
    tsrun(['-n', String(size), '--transport', transport, mpiProgram(program), ...args])

  test('a buffer may be overwritten right after its send has resolved, at every size', async () => {
    const { code, stdout, stderr } = await run(2, 'reuse-after-send.ts')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout.match(/arrived intact/g)?.length).toBe(5)
  })

  test.each([1, 2, 3])('nothing is lost, doubled or overtaken under random sizes (seed %i)', async (seed) => {
    const { code, stdout, stderr } = await run(4, 'order-under-random-sizes.ts', String(seed))
    expect(stderr).toBe('')
    expect([code, stdout]).toEqual([0, '180 messages in order\n'])
  })

  test.each([2, 3, 5, 8])('every collective gives the right answer on %i ranks', async (size) => {
    const { code, stdout, stderr } = await run(size, 'all-collectives.ts', '0', '1', '7', '50000')
    expect(stderr).toBe('')
    expect([code, stdout]).toEqual([0, 'all agree\n'])
  })

  test.each([1, 2, 3])('strided data goes by messages and collectives on %i ranks', async (size) => {
    const { code, stdout, stderr } = await run(size, 'layouts.ts', '0', '1', '5', '20000')
    expect(stderr).toBe('')
    expect([code, stdout]).toEqual([0, 'all in place\n'])
  })

  test('32 ranks on few cores', async () => {
    const { code, stdout, stderr } = await run(32, 'all-collectives.ts', '1', '7')
    expect(stderr).toBe('')
    expect([code, stdout]).toEqual([0, 'all agree\n'])
  })
})

test('every collective gives the right answer on 1 rank', async () => {
  const { code, stdout } = await tsrun(['-n', '1', mpiProgram('all-collectives.ts'), '0', '1', '7', '50000'])
  expect([code, stdout]).toEqual([0, 'all agree\n'])
})
