// Wrong arguments reject with a typed error that says where and how to do it, and the call has not happened.
import { expect, it } from 'vitest'
import type { Communicator } from '../../../src/comm/communicator.ts'
import { BAND, MAXLOC, SUM } from '../../../src/comm/op/built-in.ts'
import {
  BufferError,
  CountError,
  ItemError,
  OpError,
  RootError,
  TypeMismatchError,
} from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { rejection } from '../tools.ts'

type Call = (world: Communicator) => Promise<unknown>
const data = new Float64Array(6)
const calls: [string, Call, new () => Error, string | RegExp][] = [
  ['a root that is no rank', (w) => w.bcast(1, 2), RootError, 'root is 2, but the ranks are 0 to 1'],
  ['a negative root', (w) => w.gather(1, -1), RootError, 'root is -1'],
  ['a root that is no integer', (w) => w.scatter(data, 0.5), RootError, 'root is 0.5'],
  ['a root that is no number', (w) => w.reduce(1, SUM, '0' as never), RootError, 'root is 0'],
  ['a null root', (w) => w.gatherv(data, null as never), RootError, 'root is null'],
  ['scatter of an odd length', (w) => w.scatter(new Float64Array(5)), CountError, 'use scatterv'],
  ['alltoall of an odd length', (w) => w.alltoall(new Float64Array(5)), CountError, 'use alltoallv'],
  ['reduceScatter of an odd length', (w) => w.reduceScatter(new Float64Array(5)), CountError, 'give counts'],
  ['counts that miss', (w) => w.reduceScatter(data, SUM, { counts: [1, 2] }), CountError, 'add up to 3'],
  ['counts with a list', (w) => w.reduceScatter([1, 2], SUM, { counts: [1, 1] }), CountError, 'drop counts'],
  ['a list too long', (w) => w.scatter([1, 2, 3]), CountError, 'the list has 3'],
  ['a list too short', (w) => w.alltoall([1]), CountError, 'the list has 1'],
  ['nothing to scatter', (w) => w.scatter(undefined), TypeMismatchError, 'got undefined'],
  ['no list', (w) => w.alltoall({ 0: 1, 1: 2 } as never), TypeMismatchError, 'got an object'],
  ['the sum of a plain array', (w) => w.allreduce([1, 2] as never), OpError, 'Float64Array'],
  ['the sum of objects', (w) => w.scan({ a: 1 } as never), OpError, 'an object'],
  ['a list of plain arrays', (w) => w.reduceScatter([[1], [2]] as never), OpError, 'Float64Array'],
  ['bits of doubles', (w) => w.reduce(data, BAND), OpError, 'Int32Array'],
  ['MAXLOC of an array', (w) => w.allreduce(data as never, MAXLOC), OpError, '{ value, index }'],
  ['an op that is none', (w) => w.allreduce(1, 'SUM' as never), OpError, 'SUM'],
  ['a null op', (w) => w.exscan(1, null as never), OpError, 'null'],
  ['a function', (w) => w.bcast(() => 1), ItemError, 'function'],
  ['a function inside', (w) => w.allgather({ f() {} }), ItemError, 'f'],
  ['a symbol in a list', (w) => w.scatter([1, Symbol('x')]), ItemError, 'symbol'],
  [
    'a resizable buffer',
    (w) => w.gather(new Uint8Array(Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }]))),
    BufferError,
    'resizable',
  ],
]

it.each(calls)('%s', async (_, call, error, message) => {
  await runRanks(2, async (world) => {
    if (world.rank === 0) {
      const found = await rejection(call(world))
      expect(found).toBeInstanceOf(error)
      expect(found.message).toContain(message)
    }
    // The order of calls is what it was: this one meets its counterpart.
    expect(await world.allreduce(world.rank)).toBe(1)
  })
})

it('what is passed where it does not matter is ignored', async () => {
  await runRanks(2, async (world) => {
    const here = world.rank === 1
    expect(await world.scatter(here ? ['a', 'b'] : (Symbol('no item') as never), 1)).toBe('ab'[world.rank])
    expect(await world.bcast(here ? 'x' : () => 1, 1)).toBe('x')
    const into = new Float64Array(here ? 12 : 1)
    expect(await world.gather(data, 1, { into })).toBe(here ? into : undefined)
    expect(await world.scatterv(here ? { data, counts: [1, 5] } : undefined, 1)).toHaveLength(here ? 5 : 1)
  })
})

it('calls take their place in the order synchronously', async () => {
  await runRanks(3, async (world) => {
    // Held promises; every rank awaits them in another order.
    const calls = [
      world.allreduce(1),
      world.bcast(world.rank === 1 ? 'b' : null, 1),
      world.allgather(world.rank),
      world.barrier(),
      world.scan(Float64Array.of(1)),
    ] as const
    const order = [0, 1, 2, 3, 4].map((i) => (i + world.rank * 2) % 5)
    for (const i of order) await calls[i]
    expect(await Promise.all(calls)).toEqual([3, 'b', [0, 1, 2], undefined, Float64Array.of(world.rank + 1)])
  })
})

it('point-to-point messages under way do not mix with a call', async () => {
  await runRanks(3, async (world) => {
    const next = (world.rank + 1) % 3
    const previous = (world.rank + 2) % 3
    const sent = world.send('before', next)
    expect(await world.allgather(world.rank)).toEqual([0, 1, 2])
    const again = world.send('after', next)
    expect(await world.recv(previous)).toBe('before')
    expect(await world.allreduce(1)).toBe(3)
    expect(await world.recv(previous)).toBe('after')
    await Promise.all([sent, again])
  })
})

it('an input may be overwritten once the call has resolved', async () => {
  await runRanks(
    4,
    async (world) => {
      const input = new Float64Array(64)
      for (let turn = 0; turn < 20; turn++) {
        const root = turn % 4
        input.fill(turn * 10 + world.rank)
        const all = await world.gather(input, root)
        input.fill(-1)
        if (all) expect([0, 1, 2, 3].map((r) => all[r * 64 + 5]! - turn * 10)).toEqual([0, 1, 2, 3])
        input.fill(turn)
        const sum = await world.reduce(input, SUM, root)
        input.fill(-1)
        if (sum) expect(sum[63]).toBe(4 * turn)
        input.fill(turn + world.rank)
        const got = await world.bcast(world.rank === root ? input : null, root)
        if (world.rank !== root) expect(got![0]).toBe(turn + root)
      }
    },
    { eager: 0 },
  )
})
