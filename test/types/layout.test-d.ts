import ndarray, { type NdArray } from 'ndarray'
import { describe, expectTypeOf, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import type { Status } from '../../src/comm/status.ts'
import { indexed, type Layout, type ReceivedBlocks, SUM, subarray, vector } from '../../src/index.ts'

declare const comm: Communicator
declare const matrix: Float64Array

describe('a layout', () => {
  it('has the type of its data', () => {
    expectTypeOf(vector(matrix, { count: 2, stride: 3 })).toEqualTypeOf<Layout<Float64Array>>()
    expectTypeOf(indexed(new Int8Array(3), { displs: [1] })).toExtend<Layout<Int8Array>>()
    expectTypeOf(
      subarray(matrix, { sizes: [2], subsizes: [1], starts: [0] }).data,
    ).toEqualTypeOf<Float64Array>()
  })

  it('names its places', () => {
    // @ts-expect-error a stride is needed
    vector(matrix, { count: 2 })
    // @ts-expect-error misspelt
    vector(matrix, { count: 2, stride: 3, blocklength: 2 })
    // @ts-expect-error an array of numbers has no layout
    vector([1, 2], { count: 2, stride: 1 })
    // @ts-expect-error nobody changes a layout
    vector(matrix, { count: 2, stride: 3 }).count = 5
  })
})

describe('into', () => {
  it('a layout gives the layout back', () => {
    const column = vector(matrix, { count: 2, stride: 3 })
    expectTypeOf(comm.recv(0, { into: column })).resolves.toEqualTypeOf<Layout<Float64Array>>()
    expectTypeOf(comm.irecv(0, { into: column })).resolves.toEqualTypeOf<Layout<Float64Array>>()
    expectTypeOf(comm.sendrecv(1, 0, { source: 0, into: column })).resolves.toEqualTypeOf<
      Layout<Float64Array>
    >()
    expectTypeOf(comm.recv(0, { into: column, status: true })).resolves.toEqualTypeOf<{
      value: Layout<Float64Array>
      status: Status
    }>()
  })

  it('an ndarray gives the ndarray back', () => {
    const view = ndarray(matrix, [2, 3]).transpose(1, 0)
    expectTypeOf(comm.recv(0, { into: view })).resolves.toEqualTypeOf<NdArray<Float64Array>>()
    const own = { data: matrix, shape: [3], strides: [2], offset: 1 }
    expectTypeOf(comm.recv(0, { into: own })).resolves.toEqualTypeOf<typeof own>()
  })

  it('takes nothing else that looks like it', () => {
    // @ts-expect-error no offset
    comm.recv(0, { into: { data: matrix, shape: [3], strides: [2] } })
    // @ts-expect-error untyped data
    comm.recv(0, { into: { data: [1, 2], shape: [2], strides: [1], offset: 0 } })
  })
})

describe('in collectives', () => {
  const column = vector(matrix, { count: 2, stride: 3 })
  const view = ndarray(matrix, [2, 3])

  it('without into a new array of the element type comes', () => {
    expectTypeOf(comm.gather(column)).resolves.toEqualTypeOf<Float64Array | undefined>()
    expectTypeOf(comm.allgather(view)).resolves.toEqualTypeOf<Float64Array>()
    expectTypeOf(comm.scatter(column)).resolves.toEqualTypeOf<Float64Array>()
    expectTypeOf(comm.alltoall(view)).resolves.toEqualTypeOf<Float64Array>()
    expectTypeOf(comm.allreduce(column)).resolves.toEqualTypeOf<Float64Array>()
    expectTypeOf(comm.reduceScatter(column)).resolves.toEqualTypeOf<Float64Array>()
    expectTypeOf(comm.exscan(column)).resolves.toEqualTypeOf<Float64Array | undefined>()
    expectTypeOf(comm.allgatherv(column)).resolves.toEqualTypeOf<ReceivedBlocks<Float64Array>>()
    expectTypeOf(comm.scatterv({ data: view, counts: [6] })).resolves.toEqualTypeOf<Float64Array>()
    expectTypeOf(comm.bcast(column)).resolves.toEqualTypeOf<Layout<Float64Array>>()
  })

  it('into gives itself back', () => {
    expectTypeOf(comm.allreduce(view, SUM, { into: column })).resolves.toEqualTypeOf<Layout<Float64Array>>()
    expectTypeOf(comm.gather(matrix, 0, { into: view })).resolves.toEqualTypeOf<
      NdArray<Float64Array> | undefined
    >()
    expectTypeOf(comm.scatter(null, 0, { into: column })).resolves.toEqualTypeOf<Layout<Float64Array>>()
    expectTypeOf(comm.allgatherv(column, { into: { data: view } })).resolves.toEqualTypeOf<
      ReceivedBlocks<NdArray<Float64Array>>
    >()
  })

  it('an op gets arrays of the elements', () => {
    comm.allreduce(column, (a, b) => {
      expectTypeOf(a).toEqualTypeOf<Float64Array>()
      return a.map((x, i) => x + b[i]!)
    })
  })
})
