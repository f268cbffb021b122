// Wrong arguments, ranks that disagree, and ranks that die, in neighbour collectives.
import { describe, expect, it } from 'vitest'
import type { Cart } from '../../../src/comm/cart/cart.ts'
import {
  BufferError,
  CancelledError,
  CollectiveMismatchError,
  CountError,
  MpiError,
  RankFailedError,
  TimeoutError,
  TypeMismatchError,
} from '../../../src/errors.ts'
import { runRanks } from '../../../src/testing/index.ts'
import { rejection } from '../tools.ts'

const v = (length: number) => new Float64Array(length)
type Call = (cart: Cart) => Promise<unknown>

describe('arguments that are refused before anything is sent', () => {
  const shared = v(16)
  it.each<[string, Call, new () => Error, RegExp]>([
    [
      'a short into',
      (c) => c.neighborAllgather(v(2), { into: v(7) }),
      CountError,
      /length 7.* Float64Array of length 8/,
    ],
    [
      'an into of another type',
      (c) => c.neighborAllgather(v(2), { into: new Int8Array(8) as never }),
      TypeMismatchError,
      /Int8Array/,
    ],
    [
      'an into for items',
      (c) => c.neighborAllgather([1], { into: v(8) as never }),
      TypeMismatchError,
      /into is given/,
    ],
    [
      'an into over the input',
      (c) => c.neighborAllgather(shared.subarray(0, 2), { into: shared.subarray(0, 8) }),
      BufferError,
      /overlaps.*in place/,
    ],
    [
      'in place',
      (c) => c.neighborAlltoall(shared, { into: shared }),
      BufferError,
      /no neighbour collective works in place/,
    ],
    [
      'blocks that are not equal',
      (c) => c.neighborAlltoall(v(7)),
      CountError,
      /7 elements cannot be cut in 4 equal blocks.*neighborAlltoallv/,
    ],
    [
      'a list of the wrong length',
      (c) => c.neighborAlltoall([1, 2]),
      CountError,
      /a list of 4 items.*but the list has 2/,
    ],
    [
      'a single value',
      (c) => c.neighborAlltoall(3 as never),
      TypeMismatchError,
      /but got a number|but got 3/,
    ],
    ['a function', (c) => c.neighborAllgather(() => 1), MpiError, /function/],
    [
      'an item for a v form',
      (c) => c.neighborAllgatherv([1] as never),
      TypeMismatchError,
      /so neighborAllgather takes them/,
    ],
    [
      'an array alone',
      (c) => c.neighborAlltoallv(v(3) as never),
      TypeMismatchError,
      /neighborAlltoall takes equal blocks/,
    ],
    [
      'no blocks',
      (c) => c.neighborAlltoallv(undefined as never),
      TypeMismatchError,
      /expected \{ data, counts/,
    ],
    [
      'too few counts',
      (c) => c.neighborAlltoallv({ data: v(3), counts: [1, 2] }),
      CountError,
      /counts has length 2.*each of the 4 neighbours/,
    ],
    [
      'a negative count',
      (c) => c.neighborAlltoallv({ data: v(3), counts: [1, -2, 0, 0] }),
      CountError,
      /counts\[1\] is -2/,
    ],
    [
      'a block beyond data',
      (c) => c.neighborAlltoallv({ data: v(3), counts: [1, 1, 1, 1] }),
      CountError,
      /block 3, 1 elements from 3 on, ends beyond data/,
    ],
    [
      'an into that is an array',
      (c) => c.neighborAllgatherv(v(3), { into: v(3) as never }),
      TypeMismatchError,
      /into must be \{ data/,
    ],
    [
      'an into that overlaps',
      (c) => c.neighborAllgatherv(shared.subarray(1), { into: { data: shared } }),
      BufferError,
      /overlaps/,
    ],
    [
      'places that overlap',
      (c) => c.neighborAllgatherv(v(2), { into: { data: v(8), counts: [2, 2, 2, 2], displs: [0, 1, 4, 6] } }),
      CountError,
      /blocks 0 and 1 overlap/,
    ],
    [
      'an unknown option',
      (c) => c.neighborAllgather(v(2), { inot: v(8) } as never),
      MpiError,
      /no option inot/,
    ],
  ])('%s', async (_, call, kind, message) => {
    await runRanks(4, async (world) => {
      const cart: Cart = await world.createCart([2, 2])
      const error = await rejection(call(cart))
      expect(error).toBeInstanceOf(kind)
      expect(error.message).toMatch(message)
      expect(error.message).toMatch(/^neighborA\w+ on world.createCart\(\[2, 2\]\), rank \d of 4: /)
      expect(await cart.neighborAllgather(1)).toHaveLength(4)
    })
  })

  it('anything for a place without dimensions', async () => {
    const point = (
      await runRanks(1, async (world) => {
        const cart = await world.createCart([])
        expect(await cart.neighborAlltoall([])).toEqual([])
        expect(await cart.neighborAlltoallv({ data: v(0), counts: [] })).toEqual({
          data: v(0),
          counts: [],
          displs: [],
        })
        return rejection(cart.neighborAlltoall(v(2)))
      })
    )[0]
    expect(point).toBeInstanceOf(CountError)
  })
})

describe('ranks that disagree are told on both sides, by name', () => {
  it.each<[string, Call, Call, RegExp]>([
    [
      'lengths',
      (c) => c.neighborAllgather(v(3)),
      (c) => c.neighborAllgather(v(4)),
      /(3 x .*4 x|4 x .*3 x).*use neighborAllgatherv/,
    ],
    [
      'lengths of blocks',
      (c) => c.neighborAlltoall(v(4)),
      (c) => c.neighborAlltoall(v(8)),
      /(2 x .*4 x|4 x .*2 x).*use neighborAlltoallv/,
    ],
    [
      'types',
      (c) => c.neighborAlltoall(v(4)),
      (c) => c.neighborAlltoall(new Int32Array(4)),
      /Float64Array.*Int32Array|Int32Array.*Float64Array/,
    ],
    [
      'types of v forms',
      (c) => c.neighborAllgatherv(v(4)),
      (c) => c.neighborAllgatherv(new Int32Array(4)),
      /Float64Array.*Int32Array|Int32Array.*Float64Array/,
    ],
    ['array and item', (c) => c.neighborAllgather(v(1)), (c) => c.neighborAllgather([1]), /item/],
    [
      'calls',
      (c) => c.neighborAllgather(v(4)),
      (c) => c.neighborAlltoall(v(4)),
      /neighborAllgather.*neighborAlltoall|neighborAlltoall.*neighborAllgather/,
    ],
    [
      'with a barrier',
      (c) => c.neighborAllgather(1),
      (c) => c.barrier(),
      /neighborAllgather.*barrier|barrier.*neighborAllgather/,
    ],
  ])('%s', async (_, usual, odd, message) => {
    for (const [size, other] of [
      [2, 0],
      [3, 1],
      [5, 4],
    ] as const) {
      await runRanks(size, async (world) => {
        const cart: Cart = await world.createCart([size])
        // A rank far from the odd one may leave the call, and then meets the error at the next.
        const call = (cart.rank === other ? odd : usual)(cart)
        const error = await rejection(call.then(() => cart.barrier()))
        expect(error).toBeInstanceOf(CollectiveMismatchError)
        expect(error.message).toMatch(message)
        expect(error.message).toMatch(/rank \d of \d: rank \d is in/)
        expect(await world.allreduce(1)).toBe(size)
      })
    }
  })

  it('counts that are not what comes, from another rank or from itself', async () => {
    await runRanks(2, async (world) => {
      const cart = await world.createCart([2], { periods: true })
      const into = { data: v(10), counts: [2, cart.rank === 0 ? 3 : 2] }
      const error = await rejection(cart.neighborAllgatherv(v(2), { into }).then(() => cart.barrier()))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(
        /rank 1 sent 16 bytes of Float64Array, this rank expects 24 .*into.counts/,
      )
    })
    await runRanks(1, async (world) => {
      const loop = await world.createCart([1], { periods: true })
      const error = await rejection(loop.neighborAllgatherv(v(2), { into: { data: v(10), counts: [2, 3] } }))
      expect(error.message).toMatch(/this rank sends itself 2 elements, but into.counts\[[01]\] is [23]/)
    })
  })

  it('more than there is room for', async () => {
    await runRanks(3, async (world) => {
      const cart = await world.createCart([3])
      const call = cart.neighborAllgatherv(v(5), { into: { data: v(cart.rank === 1 ? 9 : 10) } })
      const error = await rejection(call.then(() => cart.barrier()))
      expect(error).toBeInstanceOf(CollectiveMismatchError)
      expect(error.message).toMatch(
        /rank 1 of 3: what the neighbours send does not fit: block 1, 5 elements from 5 on/,
      )
    })
  })
})

describe('ranks that do not come', () => {
  it('a timeout and an abort break the grid on all ranks', async () => {
    for (const [options, kind] of [
      [{ timeout: 50 }, TimeoutError],
      [{ signal: AbortSignal.abort() }, CancelledError],
    ] as const) {
      await runRanks(3, async (world) => {
        const cart = await world.createCart([3], { periods: true })
        if (cart.rank === 0) expect(await rejection(cart.neighborAllgather(1, options))).toBeInstanceOf(kind)
        else expect(await rejection(cart.recv(0))).toBeInstanceOf(kind)
        expect(await rejection(cart.neighborAllgather(1))).toBeInstanceOf(kind)
        expect(await world.allreduce(1)).toBe(3)
      })
    }
  })

  it('a neighbour that dies is named', async () => {
    const heard: Error[] = []
    await runRanks(
      3,
      async (world) => {
        const cart = await world.createCart([3])
        for (;;) {
          try {
            await cart.neighborAlltoall(v(20))
          } catch (error) {
            heard.push(error as Error)
            return
          }
        }
      },
      { kill: { rank: 2, afterEvents: 150 }, onWarning: () => {} },
    ).catch((error) => heard.push(error as Error))
    expect(heard.length).toBeGreaterThan(0)
    for (const error of heard) expect(error).toBeInstanceOf(RankFailedError)
    expect(heard.some((error) => /rank 2/.test(error.message))).toBe(true)
  })

  it('a neighbour that has finished without the call', async () => {
    const error = await rejection(
      runRanks(2, async (world) => {
        const cart = await world.createCart([2])
        if (cart.rank === 0) await cart.neighborAllgather(1)
      }),
    )
    expect(error).toBeInstanceOf(MpiError)
    expect(error.message).toMatch(/neighborAllgather/)
  })
})
