import { describe, expectTypeOf, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import type { Group } from '../../src/comm/group.ts'
import type { Status } from '../../src/comm/status.ts'

declare const comm: Communicator
declare const color: number | null

describe('communicators', () => {
  it('split is null only where the color may be', () => {
    expectTypeOf(comm.split(3)).resolves.toEqualTypeOf<Communicator>()
    expectTypeOf(comm.split(null)).resolves.toBeNull()
    expectTypeOf(comm.split(color, -1)).resolves.toEqualTypeOf<Communicator | null>()
  })

  it('create may be null, dup and splitType not', () => {
    expectTypeOf(comm.create(comm.group)).resolves.toEqualTypeOf<Communicator | null>()
    expectTypeOf(comm.dup()).resolves.toEqualTypeOf<Communicator>()
    expectTypeOf(comm.splitType('shared')).resolves.toEqualTypeOf<Communicator>()
    // @ts-expect-error
    comm.splitType('numa')
  })

  it('groups translate to ranks or null', () => {
    expectTypeOf(comm.group).toEqualTypeOf<Group>()
    expectTypeOf(comm.group.translateRanks([0], comm.group)).toEqualTypeOf<(number | null)[]>()
    expectTypeOf(comm.group.compare(comm.group)).toEqualTypeOf<'identical' | 'similar' | 'unequal'>()
  })

  it('rank and size are fixed', () => {
    // @ts-expect-error
    comm.rank = 1
    // @ts-expect-error
    comm.size = 1
  })
})

describe('probes', () => {
  it('that wait give a status, those that do not may give null', () => {
    expectTypeOf(comm.probe()).resolves.toEqualTypeOf<Status>()
    expectTypeOf(comm.iprobe(0)).resolves.toEqualTypeOf<Status | null>()
    expectTypeOf(comm.mprobe(null).then((m) => m.status)).resolves.toEqualTypeOf<Status>()
    // @ts-expect-error it does not wait
    comm.iprobe(0, { timeout: 5 })
  })

  it('a taken message is received as by recv', async () => {
    const message = await comm.mprobe()
    expectTypeOf(message.recv()).resolves.toBeUnknown()
    expectTypeOf(message.recv<string>()).resolves.toBeString()
    // @ts-expect-error it has been matched: there is nothing to wait for
    message.recv({ timeout: 5 })
  })
})

describe('messages()', () => {
  it('gives values with their status', async () => {
    for await (const message of comm.messages()) {
      expectTypeOf(message.value).toBeUnknown()
      expectTypeOf(message.status).toEqualTypeOf<Status>()
    }
    for await (const { value } of comm.messages<{ task: number }>({ tag: 1 }))
      expectTypeOf(value.task).toBeNumber()
  })
})
