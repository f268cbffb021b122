import { describe, expectTypeOf, it } from 'vitest'
import { ANY_SOURCE, ANY_TAG } from '../../src/comm/arguments.ts'
import type { Communicator } from '../../src/comm/communicator.ts'
import type { Request } from '../../src/comm/request.ts'

declare const comm: Communicator

describe('send, ssend, isend', () => {
  it('resolve to nothing', () => {
    expectTypeOf(comm.send(1, 0)).toEqualTypeOf<Promise<void>>()
    expectTypeOf(comm.ssend(1, null)).toEqualTypeOf<Promise<void>>()
    expectTypeOf(comm.isend(1, 0, { tag: 1 })).toEqualTypeOf<Request<void>>()
  })

  it('need a dest: a rank or null', () => {
    // @ts-expect-error
    comm.send(1)
    // @ts-expect-error
    comm.send(1, undefined)
    // @ts-expect-error nobody sends to anybody
    comm.send(1, ANY_SOURCE)
    // @ts-expect-error a source of a status is never ANY_SOURCE, but it may be a string nowhere
    comm.ssend(1, '0')
  })

  it('take a tag by name, and nothing that would withdraw them', () => {
    // @ts-expect-error two bare numbers never stand side by side
    comm.send(1, 0, 7)
    // @ts-expect-error a sent message has a tag
    comm.send(1, 0, { tag: ANY_TAG })
    // @ts-expect-error a send has no timeout
    comm.send(1, 0, { timeout: 5 })
    // @ts-expect-error nor a signal
    comm.isend(1, 0, { signal: AbortSignal.abort() })
  })
})
