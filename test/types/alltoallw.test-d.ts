import ndarray from 'ndarray'
import { describe, expectTypeOf, it } from 'vitest'
import type { Cart } from '../../src/comm/cart/cart.ts'
import type { Communicator } from '../../src/comm/communicator.ts'
import { type Layout, vector, type WBlock } from '../../src/index.ts'

declare const comm: Communicator
declare const cart: Cart

describe('alltoallw', () => {
  const a = new Float64Array(4)
  const b = new Int32Array(4)

  it('gives new arrays of the types that are sent', () => {
    expectTypeOf(comm.alltoallw([a, null])).resolves.toEqualTypeOf<(Float64Array | null)[]>()
    expectTypeOf(comm.alltoallw([a, b, null])).resolves.toEqualTypeOf<(Float64Array | Int32Array | null)[]>()
    expectTypeOf(comm.alltoallw([vector(a, { count: 2, stride: 2 })])).resolves.toEqualTypeOf<
      (Float64Array | null)[]
    >()
    expectTypeOf(cart.neighborAlltoallw([a, null])).resolves.toEqualTypeOf<(Float64Array | null)[]>()
  })

  it('gives into itself', async () => {
    const into = [vector(a, { count: 2, stride: 2 }), null]
    expectTypeOf(comm.alltoallw([a, b], { into })).resolves.toEqualTypeOf<typeof into>()
    const [x, y] = await comm.alltoallw([null, null], { into: [a, b] })
    expectTypeOf(x).toEqualTypeOf<typeof a>()
    expectTypeOf(y).toEqualTypeOf<typeof b>()
    const [z] = await cart.neighborAlltoallw([a, null], { into: [vector(b, { count: 1, stride: 1 }), null] })
    expectTypeOf(z).toEqualTypeOf<Layout<Int32Array<ArrayBuffer>>>()
  })

  it('takes typed arrays, layouts, ndarray-likes and null', () => {
    const blocks: WBlock[] = [a, b, null, vector(a, { count: 2, stride: 2 }), ndarray(a, [2, 2])]
    comm.alltoallw(blocks)
    // @ts-expect-error a plain array is no block
    comm.alltoallw([[1, 2]])
    // @ts-expect-error a hole is no block
    comm.alltoallw([a, undefined])
    // @ts-expect-error the form of alltoallv
    comm.alltoallw({ data: a, counts: [4] })
    // @ts-expect-error a place for each rank
    comm.alltoallw([a], { into: a })
    // @ts-expect-error misspelt
    comm.alltoallw([a], { to: [a] })
  })
})
