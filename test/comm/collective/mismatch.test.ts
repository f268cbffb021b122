// Ranks that do not make the same call with the same arguments: each that has not left it is told.
import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { MAX, SUM } from '../../../src/comm/op/built-in.ts'
import { CancelledError, CollectiveMismatchError, TimeoutError } from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { rejection } from '../tools.ts'

type Call = (world: Communicator) => Promise<unknown>
const v = (length: number) => new Float64Array(length)

/** What most ranks call, what one rank calls instead, and what the error says. */
const cases: [string, Call, Call, RegExp][] = [
  [
    'barrier and allreduce',
    (w) => w.barrier(),
    (w) => w.allreduce(1),
    /barrier.*allreduce|allreduce.*barrier/,
  ],
  ['gather and allgather', (w) => w.gather(1), (w) => w.allgather(1), /gather/],
  ['SUM and MAX', (w) => w.allreduce(v(3), SUM), (w) => w.allreduce(v(3), MAX), /SUM.*MAX|MAX.*SUM/],
  ['built-in and user op', (w) => w.scan(1, SUM), (w) => w.scan(1, (a, b) => a + b), /user function/],
  ['lengths in allreduce', (w) => w.allreduce(v(3)), (w) => w.allreduce(v(4)), /3 x .*4 x|4 x .*3 x/],
  ['lengths in allgather', (w) => w.allgather(v(3)), (w) => w.allgather(v(4)), /use allgatherv/],
  ['lengths in gather', (w) => w.gather(v(3)), (w) => w.gather(v(4)), /use gatherv/],
  ['lengths in alltoall', (w) => w.alltoall(v(w.size)), (w) => w.alltoall(v(2 * w.size)), /use alltoallv/],
  ['lengths in bcast', (w) => w.bcast(v(3)), (w) => w.bcast(v(4)), /3 x .*4 x|4 x .*3 x/],
  ['none and some', (w) => w.allreduce(v(0)), (w) => w.allreduce(v(1)), /0 x .*1 x|1 x .*0 x/],
  ['types', (w) => w.allreduce(v(3)), (w) => w.allreduce(new Float32Array(3)), /Float32Array/],
  ['types in allgatherv', (w) => w.allgatherv(v(3)), (w) => w.allgatherv(new Int8Array(3)), /Int8Array/],
  ['number and array', (w) => w.allreduce(1), (w) => w.allreduce(v(1)), /1 x number/],
  ['number and bigint', (w) => w.allreduce(1), (w) => w.allreduce(1n), /1 x bigint/],
  ['array and item', (w) => w.allgather(v(1)), (w) => w.allgather([1]), /item/],
  // In these, ranks wait for each other and no message of a call ever shows why.
  ['reduce and bcast', (w) => w.reduce(v(4)), (w) => w.bcast(v(4)), /reduce.*bcast|bcast.*reduce/],
  ['roots in scatter', (w) => w.scatter(v(w.size), 0), (w) => w.scatter(v(w.size), 1), /root/],
  [
    'long vectors',
    (w) => w.allreduce(v(50_000)),
    (w) => w.allreduce(v(50_001)),
    /50000 x .*50001 x|50001 x .*50000/,
  ],
  ['short and long', (w) => w.allreduce(v(3)), (w) => w.allreduce(v(50_000)), /50000 x/],
  ['short and long bcast', (w) => w.bcast(v(3)), (w) => w.bcast(v(100_000)), /100000 x/],
]

describe.each([2, 3, 4, 7])('on %i ranks', (size) => {
  it.each(cases)('%s', async (_, usual, odd, message) => {
    for (const other of [0, size - 1]) {
      await runRanks(size, async (world) => {
        // Ranks that have left the call meet the error at the next one.
        const call = (world.rank === other ? odd : usual)(world)
        const error = await rejection(call.then(() => world.barrier()))
        expect(error).toBeInstanceOf(CollectiveMismatchError)
        expect(error.message).toMatch(message)
        expect(await rejection(world.allreduce(1))).toBeInstanceOf(CollectiveMismatchError)
      })
    }
  })

  it('roots in bcast', async () => {
    await runRanks(size, async (world) => {
      const call = world.bcast(1, world.rank === 1 ? 1 : 0)
      const error = await rejection(call.then(() => world.barrier()))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
    })
  })
})

/** A rank that only sends can leave these, and the next call too, before it hears that the others disagree. */
const oneSided: [string, Call, Call][] = [
  ['gather', (w) => w.gather(1, 0), (w) => w.gather(1, 1)],
  ['gatherv', (w) => w.gatherv(v(2), 0), (w) => w.gatherv(v(2), 1)],
  ['reduce', (w) => w.reduce(1, SUM, 0), (w) => w.reduce(1, SUM, 1)],
]

describe.each([2, 3, 4, 7])('on %i ranks, of which some only send', (size) => {
  it.each(oneSided)('roots in %s', async (_, usual, odd) => {
    for (const other of [0, size - 1]) {
      await runRanks(size, async (world) => {
        const call = (world.rank === other ? odd : usual)(world)
        const error = await rejection(call.then(() => world.barrier()).then(() => world.barrier()))
        expect(error).toBeInstanceOf(CollectiveMismatchError)
        expect(error.message).toMatch(/root 0.*root 1|root 1.*root 0/)
      })
    }
  })
})

it('scatter into something else than comes', async () => {
  await runRanks(3, async (world) => {
    const into = world.rank === 2 ? v(3) : v(2)
    const error = await rejection(world.scatter(v(6), 0, { into }).then(() => world.barrier()))
    expect(error).toBeInstanceOf(CollectiveMismatchError)
    expect(error.message).toMatch(/3 x .*2 x|2 x .*3 x/)
  })
})

it.each([
  [
    [1, 3],
    [2, 2],
  ],
  [
    [1, 40, 2],
    [2, 8, 33],
  ],
  [
    [1000, 4000, 200],
    [1001, 3968, 231],
  ],
  [
    [3, 1],
    [1, 3],
  ],
])('different counts of the same sum in reduceScatter: %j and %j', async (zero, others) => {
  await runRanks(zero.length, async (world) => {
    const counts = world.rank === 0 ? zero : others
    const total = zero.reduce((sum, count) => sum + count)
    const error = await rejection(world.reduceScatter(v(total), SUM, { counts }))
    expect(error).toBeInstanceOf(CollectiveMismatchError)
  })
})

it('a timeout and an abort break the communicator on all ranks', async () => {
  const late: [object, new () => Error][] = [
    [{ timeout: 50 }, TimeoutError],
    [{ signal: AbortSignal.abort() }, CancelledError],
  ]
  for (const [options, kind] of late) {
    await runRanks(3, async (world) => {
      const other = await world.dup()
      if (world.rank === 0) expect(await rejection(other.barrier(options))).toBeInstanceOf(kind)
      else expect(await rejection(other.recv(0))).toBeInstanceOf(kind)
      expect(await rejection(other.allreduce(1))).toBeInstanceOf(kind)
      expect(await world.allreduce(1)).toBe(3)
    })
  }
})
