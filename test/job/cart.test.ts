/** Grids and their neighbour collectives between real processes, through shared memory and through ZeroMQ. */

import { describe, expect, test } from 'vitest'
import { mpiProgram, tsrun } from '../helpers/tsrun.ts'

describe.each(['shm', 'zmq'])('over %s', (transport) => {
  test.each([1, 2, 3, 6, 8, 12])('neighbours exchange what they should on %i ranks', async (size) => {
    const lengths = size > 6 ? ['3'] : ['0', '1', '7', '50000']
    const args = ['-n', String(size), '--transport', size === 1 ? 'auto' : transport]
    const { code, stdout, stderr } = await tsrun([...args, mpiProgram('neighbors-of-grids.ts'), ...lengths])
    expect(stderr).toBe('')
    expect([code, stdout]).toEqual([0, 'all agree\n'])
  })
})
