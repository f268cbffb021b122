import { describe, expectTypeOf, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import { type PersistentRequest, startAll } from '../../src/comm/persistent.ts'
import type { Request } from '../../src/comm/request.ts'
import type { Status } from '../../src/comm/status.ts'
import { waitAll, waitAny } from '../../src/comm/wait.ts'

declare const comm: Communicator
declare const ghost: Float64Array

describe('persistent requests', () => {
  it('infer as isend and irecv do', () => {
    expectTypeOf(comm.sendInit(ghost, 0)).toEqualTypeOf<PersistentRequest<void>>()
    expectTypeOf(comm.ssendInit(ghost, 0, { tag: 1 })).toEqualTypeOf<PersistentRequest<void>>()
    expectTypeOf(comm.recvInit(0)).toEqualTypeOf<PersistentRequest<unknown>>()
    expectTypeOf(comm.recvInit<number>(0, { tag: 1 })).toEqualTypeOf<PersistentRequest<number>>()
    expectTypeOf(comm.recvInit(0, { into: ghost })).toEqualTypeOf<PersistentRequest<Float64Array>>()
    expectTypeOf(comm.recvInit(0, { as: Int32Array })).resolves.toExtend<Int32Array>()
  })

  it('are requests', async () => {
    expectTypeOf(comm.recvInit<string>(0)).toExtend<Request<string>>()
    const requests = [comm.recvInit<number>(0), comm.recvInit<number>(1)]
    startAll(requests)
    expectTypeOf((await waitAny(requests))!.value).toBeNumber()
    const pair = [comm.recvInit(0, { into: ghost }), comm.sendInit(ghost, 0)] as const
    startAll(pair)
    const [got, sent] = await waitAll(pair)
    expectTypeOf(got).toEqualTypeOf<Float64Array>()
    expectTypeOf(sent).toBeVoid()
  })

  it('say where a message comes from', () => {
    // @ts-expect-error ANY_SOURCE is to be written down
    comm.recvInit()
    // @ts-expect-error only the library makes a request active
    comm.recvInit(0).active = true
    // @ts-expect-error a plain request has no start
    startAll([comm.irecv(0)])
  })
})

describe('sendrecvReplace', () => {
  it('gives the buffer back', () => {
    expectTypeOf(comm.sendrecvReplace(ghost, 0, { source: 0 })).resolves.toEqualTypeOf<Float64Array>()
    expectTypeOf(comm.sendrecvReplace(ghost, 0, { source: null, status: true })).resolves.toEqualTypeOf<{
      value: Float64Array
      status: Status
    }>()
  })

  it('takes a typed array and a source', () => {
    // @ts-expect-error a list is not replaced in place
    comm.sendrecvReplace([1], 0, { source: 0 })
    // @ts-expect-error the source is not left away
    comm.sendrecvReplace(ghost, 0, { tag: 1 })
    // @ts-expect-error the buffer is where the message goes
    comm.sendrecvReplace(ghost, 0, { source: 0, into: ghost })
  })
})
