import { describe, expectTypeOf, it } from 'vitest'
import type { Source } from '../../src/comm/arguments.ts'
import { ANY_SOURCE, ANY_TAG } from '../../src/comm/arguments.ts'
import type { Communicator } from '../../src/comm/communicator.ts'
import type { Status } from '../../src/comm/status.ts'

declare const comm: Communicator
declare const ghost: Float64Array
declare const source: Source

describe('recv', () => {
  it('is unknown until the caller says what it expects', () => {
    expectTypeOf(comm.recv()).resolves.toBeUnknown()
    expectTypeOf(comm.recv(0)).resolves.toBeUnknown()
    expectTypeOf(comm.recv(0, { tag: 3 })).resolves.toBeUnknown()
    expectTypeOf(comm.recv<number>()).resolves.toBeNumber()
    expectTypeOf(comm.recv<{ a: string }>(0, { timeout: 5 })).resolves.toEqualTypeOf<{ a: string }>()
  })

  it('with into is the type of into', () => {
    expectTypeOf(comm.recv(0, { into: ghost })).resolves.toEqualTypeOf<Float64Array>()
    expectTypeOf(comm.recv(source, { into: Buffer.alloc(3) })).resolves.toExtend<Buffer>()
    expectTypeOf(comm.recv(null, { into: new BigInt64Array(1) })).resolves.toExtend<BigInt64Array>()
  })

  it('with as is what the constructor makes', () => {
    expectTypeOf(comm.recv(0, { as: Float64Array })).resolves.toExtend<Float64Array>()
    expectTypeOf(comm.recv(0, { as: Uint8Array })).resolves.toExtend<Uint8Array>()
    expectTypeOf(comm.recv(0, { as: Float64Array })).resolves.not.toExtend<Float32Array>()
    expectTypeOf(comm.recv(0, { as: Float64Array })).resolves.not.toBeAny()
    expectTypeOf(comm.recv(0, { as: BigUint64Array })).resolves.toExtend<BigUint64Array>()
  })

  it('with status is value and status', () => {
    type Both<T> = { value: T; status: Status }
    expectTypeOf(comm.recv(0, { status: true })).resolves.toEqualTypeOf<Both<unknown>>()
    expectTypeOf(comm.recv<string>(0, { status: true })).resolves.toEqualTypeOf<Both<string>>()
    expectTypeOf(comm.recv(0, { into: ghost, status: true })).resolves.toEqualTypeOf<Both<Float64Array>>()
    expectTypeOf(comm.recv(0, { as: Int8Array, status: true })).resolves.toExtend<Both<Int8Array>>()
    expectTypeOf(comm.recv(0, { status: false })).resolves.toBeUnknown()
  })

  it('takes ranks, null and ANY_SOURCE, and no other source', () => {
    comm.recv(ANY_SOURCE, { tag: ANY_TAG })
    comm.recv(null)
    // @ts-expect-error a symbol that is not ANY_SOURCE
    comm.recv(ANY_TAG)
    // @ts-expect-error a rank is a number
    comm.recv('0')
    // @ts-expect-error the tag is named
    comm.recv(0, 7)
  })

  it('takes typed arrays only', () => {
    // @ts-expect-error an array of numbers cannot be received into
    comm.recv(0, { into: [1, 2] })
    // @ts-expect-error neither can a DataView
    comm.recv(0, { into: new DataView(new ArrayBuffer(8)) })
    // @ts-expect-error an element type is a constructor
    comm.recv(0, { as: 'Float64Array' })
    // @ts-expect-error of a typed array
    comm.recv(0, { as: Array })
  })

  it('knows its options', () => {
    // @ts-expect-error misspelt
    comm.recv(0, { tga: 3 })
    // @ts-expect-error null is no tag
    comm.recv(0, { tag: null })
    // @ts-expect-error ANY_SOURCE is no tag
    comm.recv(0, { tag: ANY_SOURCE })
  })
})

describe('sendrecv', () => {
  it('infers as recv does', () => {
    expectTypeOf(comm.sendrecv(1, 0, { source: 0 })).resolves.toBeUnknown()
    expectTypeOf(comm.sendrecv<number>(1, 0, { source: 0 })).resolves.toBeNumber()
    expectTypeOf(comm.sendrecv(1, null, { source, into: ghost })).resolves.toEqualTypeOf<Float64Array>()
    expectTypeOf(comm.sendrecv(1, 0, { source: 0, status: true })).resolves.toEqualTypeOf<{
      value: unknown
      status: Status
    }>()
  })

  it('with into and status is both, of the type of into', () => {
    expectTypeOf(comm.sendrecv(1, 0, { source, into: ghost, status: true })).resolves.toEqualTypeOf<{
      value: Float64Array
      status: Status
    }>()
  })

  it('with as is what the constructor makes', () => {
    expectTypeOf(comm.sendrecv(1, 0, { source: 0, as: Int16Array })).resolves.toExtend<Int16Array>()
  })

  it('cannot go without a source', () => {
    // @ts-expect-error source is required
    comm.sendrecv(1, 0, { tag: 3 })
    // @ts-expect-error and so are the options
    comm.sendrecv(1, 0)
    // @ts-expect-error a sendrecv takes no timeout, as its send cannot be withdrawn
    comm.sendrecv(1, 0, { source: 0, timeout: 5 })
  })
})

describe('a status', () => {
  it('has a rank or null as its source', () => {
    expectTypeOf<Status['source']>().toEqualTypeOf<number | null>()
    expectTypeOf<Status['tag']>().toBeNumber()
    expectTypeOf<Status['count']>().toBeNumber()
    expectTypeOf<Status['bytes']>().toBeNumber()
  })

  it('is read-only', () => {
    const status = {} as Status
    // @ts-expect-error nobody writes into a status
    status.tag = 3
  })
})
