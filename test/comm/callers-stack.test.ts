/** An error found long after its call bears the stack of whoever awaits the call. */

import { expect, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import { SUM } from '../../src/comm/op/built-in.ts'
import { runRanks } from '../../src/testing/index.ts'
import { vector } from '../../src/wire/layout/make.ts'
import { rejection } from './tools.ts'

async function solveOneStep(operation: () => Promise<unknown>): Promise<void> {
  await operation()
}

const cases: [string, (comm: Communicator) => Promise<unknown>][] = [
  ['recv', (comm) => comm.recv(0, { into: new Float64Array(1) })],
  ['irecv', async (comm) => await comm.irecv(0, { into: new Float64Array(1) })],
  ['sendrecv', (comm) => comm.sendrecv(0, null, { source: 0, into: new Float64Array(1) })],
  ['mprobe', async (comm) => await (await comm.mprobe(0)).recv({ into: new Float64Array(1) })],
]

it.each(cases)('%s', async (_, receive) => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 0) return comm.send(new Float64Array(2), 1)
    const error = await rejection(solveOneStep(() => receive(comm)))
    expect(error.message).toContain('room for 1')
    expect(error.stack).toContain('solveOneStep')
  })
})

it('a collective', async () => {
  await runRanks(2, async (comm) => {
    const error = await rejection(solveOneStep(() => comm.allreduce(new Float64Array(1 + comm.rank))))
    expect(error.stack).toContain('solveOneStep')
  })
})

it('a collective of strided data', async () => {
  await runRanks(2, async (comm) => {
    const strided = (count: number) => vector(new Float64Array(9), { count, stride: 2 })
    const error = await rejection(
      solveOneStep(() => comm.allreduce(strided(1 + comm.rank), SUM, { into: strided(1 + comm.rank) })),
    )
    expect(error.stack).toContain('solveOneStep')
  })
})

it('what an op threw keeps the stack of where it was thrown', async () => {
  function combine(): never {
    throw new RangeError('not these')
  }
  const failed = runRanks(2, (comm) => comm.allreduce(`rank ${comm.rank}`, combine as never))
  expect((await rejection(failed)).stack).toContain('combine')
})
