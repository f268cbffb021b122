/** alltoallw between real processes, through shared memory and through ZeroMQ. */

import { describe, expect, test } from 'vitest'
import { mpiProgram, tsrun } from '../helpers/tsrun.ts'

describe.each(['shm', 'zmq'])('over %s', (transport) => {
  test.each([1, 2, 3, 5])('blocks arrive where they should on %i ranks', async (size) => {
    const args = ['-n', String(size), '--transport', size === 1 ? 'auto' : transport]
    const { code, stdout, stderr } = await tsrun([...args, mpiProgram('alltoallw.ts'), '0', '1', '7', '200'])
    expect(stderr).toBe('')
    expect([code, stdout]).toEqual([0, 'all agree\n'])
  })
})
