import { describe, expectTypeOf, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import type { Request } from '../../src/comm/request.ts'
import type { Status } from '../../src/comm/status.ts'
import { type Completion, waitAll, waitAny, waitSome } from '../../src/comm/wait.ts'

declare const comm: Communicator
declare const ghost: Float64Array

describe('irecv', () => {
  it('infers as recv does', () => {
    expectTypeOf(comm.irecv()).toEqualTypeOf<Request<unknown>>()
    expectTypeOf(comm.irecv<number>(0)).toEqualTypeOf<Request<number>>()
    expectTypeOf(comm.irecv(0, { into: ghost })).toEqualTypeOf<Request<Float64Array>>()
    expectTypeOf(comm.irecv(0, { as: Int32Array })).resolves.toExtend<Int32Array>()
  })

  it('can be awaited', async () => {
    expectTypeOf(await comm.irecv<string>(0)).toBeString()
  })
})

describe('a request', () => {
  it('has done, status, test and cancel', () => {
    const request = comm.irecv<string>(0)
    expectTypeOf(request.done).toBeBoolean()
    expectTypeOf(request.status).toEqualTypeOf<Status | undefined>()
    expectTypeOf(request.test()).resolves.toBeBoolean()
    expectTypeOf(request.cancel()).toBeBoolean()
    // @ts-expect-error only the library ends a request
    request.done = true
  })
})

describe('waitAll', () => {
  it('keeps the type of each place', async () => {
    const [a, b, c] = await waitAll([comm.irecv<string>(0), comm.irecv(0, { into: ghost }), comm.isend(1, 0)])
    expectTypeOf(a).toBeString()
    expectTypeOf(b).toEqualTypeOf<Float64Array>()
    expectTypeOf(c).toBeVoid()
  })

  it('of a list without places is a list', async () => {
    const requests: Request<number>[] = []
    const values = await waitAll(requests)
    expectTypeOf(values[0]!).toBeNumber()
    expectTypeOf(values.length).toBeNumber()
  })

  it('takes promises too', async () => {
    const [a, b] = await waitAll([comm.recv<string>(0), comm.irecv<number>(1)])
    expectTypeOf(a).toBeString()
    expectTypeOf(b).toBeNumber()
  })
})

describe('waitAny and waitSome', () => {
  it('are null when all are delivered', () => {
    const requests: Request<number>[] = []
    expectTypeOf(waitAny(requests)).resolves.toEqualTypeOf<Completion<number> | null>()
    expectTypeOf(waitSome(requests)).resolves.toEqualTypeOf<Completion<number>[] | null>()
  })

  it('take requests, not promises', () => {
    // @ts-expect-error a promise does not say whether it was delivered
    waitAny([comm.recv(0)])
    // @ts-expect-error
    waitSome([comm.recv(0)])
  })
})
