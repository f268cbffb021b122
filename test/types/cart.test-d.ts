import { describe, expectTypeOf, it } from 'vitest'
import type { Cart } from '../../src/comm/cart/cart.ts'
import { dimsCreate } from '../../src/comm/cart/dims-create.ts'
import type { Communicator } from '../../src/comm/communicator.ts'

declare const comm: Communicator
declare const flag: boolean
declare const size: number

describe('grids know how many dimensions they have', () => {
  it('from dims that are written down', async () => {
    const cart = await comm.createCart([2, 3], { periods: [true, false] })
    expectTypeOf(cart.coords).toEqualTypeOf<Readonly<[number, number]>>()
    expectTypeOf(cart.coordsOf(0)).toEqualTypeOf<[number, number]>()
    expectTypeOf(cart.shift(0)).toEqualTypeOf<{
      readonly source: number | null
      readonly dest: number | null
    }>()
    expectTypeOf(cart.rankOf([1, 2])).toBeNumber()
    expectTypeOf(cart.dup()).resolves.toEqualTypeOf<typeof cart>()
    // @ts-expect-error
    cart.rankOf([1])
    // @ts-expect-error
    comm.createCart([2, 3], { periods: [true] })
    // @ts-expect-error
    comm.createCart([2, 3], { period: true })
    // @ts-expect-error
    cart.coords[0] = 1
  })

  it('from dimsCreate', async () => {
    expectTypeOf(dimsCreate(size, [0, 0, 2])).toEqualTypeOf<[number, number, number]>()
    const cart = await comm.createCart(dimsCreate(size, [0, 0]), { periods: true })
    const [i, j] = cart.coords
    expectTypeOf([i, j]).toEqualTypeOf<number[]>()
    cart.rankOf([i, j + 1])
    // @ts-expect-error
    cart.rankOf([i, j, 0])
  })

  it('a grid can be passed to a function for grids, or for communicators', async () => {
    const plane = (_: Cart<[number, number]>) => {}
    const any = (_: Cart) => {}
    const other = (_: Communicator) => {}
    const cart = await comm.createCart([2, 3])
    plane(cart)
    any(cart)
    other(cart)
    // @ts-expect-error
    plane(comm)
  })

  it('parts have the dimensions kept', async () => {
    const cart = await comm.createCart([2, 3, 4])
    expectTypeOf((await cart.sub([true, false, true])).coords).toEqualTypeOf<Readonly<[number, number]>>()
    expectTypeOf((await cart.sub([false, false, false])).coords).toEqualTypeOf<Readonly<[]>>()
    expectTypeOf((await cart.sub([flag, false, true])).coords).toEqualTypeOf<readonly number[]>()
    // @ts-expect-error
    cart.sub([true])
  })
})

describe('neighbour collectives', () => {
  it('typed arrays give typed arrays, items lists with holes', async () => {
    const cart = await comm.createCart([2, 3])
    expectTypeOf(cart.neighborAllgather(new Float64Array(1))).resolves.toEqualTypeOf<Float64Array>()
    expectTypeOf(cart.neighborAllgather(Buffer.from([1]))).resolves.toEqualTypeOf<Uint8Array>()
    expectTypeOf(cart.neighborAllgather('a')).resolves.toEqualTypeOf<(string | undefined)[]>()
    expectTypeOf(cart.neighborAlltoall(new Int8Array(4))).resolves.toEqualTypeOf<Int8Array>()
    expectTypeOf(cart.neighborAlltoall([{ a: 1 }])).resolves.toEqualTypeOf<({ a: number } | undefined)[]>()
    const into = new Float32Array(4)
    expectTypeOf(cart.neighborAlltoall(into, { into })).resolves.toEqualTypeOf<typeof into>()
    const blocks = await cart.neighborAlltoallv({ data: new Int16Array(4), counts: [1, 1, 1, 1] })
    expectTypeOf(blocks.data).toEqualTypeOf<Int16Array>()
    expectTypeOf((await cart.neighborAllgatherv(new Int16Array(4))).counts).toEqualTypeOf<readonly number[]>()
    // @ts-expect-error
    cart.neighborAllgatherv([1])
  })
})
