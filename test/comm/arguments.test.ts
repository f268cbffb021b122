import { describe, expect, it } from 'vitest'
import { ANY_SOURCE, ANY_TAG, type Source } from '../../src/comm/arguments.ts'
import type { Communicator } from '../../src/comm/communicator.ts'
import { RankError, TagError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import { rejection } from './tools.ts'

const badRanks = [-1, -2, 3, 1000, 1.5, Number.NaN, Infinity, undefined, '1', true, {}, [1], 1n]
const badTags = [-1, 2 ** 31, 1.5, Number.NaN, Infinity, '1', null, true, {}, 1n]

/** Every call that takes a dest, each on rank 0 of 3. */
const toDest: Record<string, (comm: Communicator, dest: number) => PromiseLike<unknown>> = {
  send: (comm, dest) => comm.send(0, dest),
  ssend: (comm, dest) => comm.ssend(0, dest),
  sendrecv: (comm, dest) => comm.sendrecv(0, dest, { source: 0 }),
}
const fromSource: Record<string, (comm: Communicator, source: Source) => PromiseLike<unknown>> = {
  recv: (comm, source) => comm.recv(source),
  'recv with into': (comm, source) => comm.recv(source, { into: new Uint8Array(1) }),
  sendrecv: (comm, source) => comm.sendrecv(0, 1, { source }),
}
const tagged: Record<string, (comm: Communicator, tag: number) => PromiseLike<unknown>> = {
  send: (comm, tag) => comm.send(0, 1, { tag }),
  ssend: (comm, tag) => comm.ssend(0, 1, { tag }),
  recv: (comm, tag) => comm.recv(1, { tag }),
  probe: (comm, tag) => comm.probe(1, { tag }),
  iprobe: (comm, tag) => comm.iprobe(1, { tag }),
  mprobe: (comm, tag) => comm.mprobe(1, { tag }),
  improbe: (comm, tag) => comm.improbe(1, { tag }),
  'sendrecv, sending': (comm, tag) => comm.sendrecv(0, 1, { source: 1, tag, recvTag: 0 }),
  'sendrecv, receiving': (comm, tag) => comm.sendrecv(0, 1, { source: 1, recvTag: tag }),
}

describe.each(Object.entries(toDest))('%s', (_, call) => {
  it.each([...badRanks, ANY_SOURCE])('to %s is a RankError that says what to do', async (dest) => {
    await runRanks(3, async (comm) => {
      if (comm.rank !== 0) return
      const error = await rejection(call(comm, dest as number))
      expect(error).toBeInstanceOf(RankError)
      expect(error.message).toMatch(/on world, rank 0 of 3/)
      expect(error.message).toMatch(/0 to 2/)
    })
  })
})

describe.each(Object.entries(fromSource))('%s', (_, call) => {
  it.each([...badRanks, ANY_TAG])('from %s is a RankError that says what to do', async (source) => {
    await runRanks(3, async (comm) => {
      if (comm.rank !== 0) return
      const error = await rejection(call(comm, source as Source))
      expect(error).toBeInstanceOf(RankError)
      expect(error.message).toMatch(/on world, rank 0 of 3/)
      expect(error.message).toMatch(/ANY_SOURCE/)
    })
  })
})

describe.each(Object.entries(tagged))('%s', (name, call) => {
  it.each(badTags)('with tag %s is a TagError', async (tag) => {
    await runRanks(2, async (comm) => {
      if (comm.rank !== 0) return
      const error = await rejection(call(comm, tag as number))
      expect(error).toBeInstanceOf(TagError)
      expect(error.message).toContain(name.replace(/,.*/, ''))
      expect(error.message).toContain(typeof tag === 'object' && tag !== null ? 'an object' : String(tag))
    })
  })
})

it('recv() without an argument receives from anybody', async () => {
  await runRanks(3, async (comm) => {
    if (comm.rank > 0) return comm.send(comm.rank, 0, { tag: comm.rank * 10 })
    expect([await comm.recv<number>(), await comm.recv<number>()].sort()).toEqual([1, 2])
  })
})

it('a failed send leaves no trace: the next message is the first to arrive', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 1) return expect(await comm.recv(0)).toBe('good')
    await rejection(comm.send('bad', 2))
    await rejection(comm.send('bad', 1, { tag: -1 }))
    await comm.send('good', 1)
  })
})

it('a sendrecv with a bad source does not send', async () => {
  await runRanks(2, async (comm) => {
    if (comm.rank === 1) return expect(await comm.recv(0)).toBe('good')
    await rejection(comm.sendrecv('bad', 1, { source: 7 }))
    await comm.send('good', 1)
  })
})

describe('tags', () => {
  it.each([0, 1, 65_535, 65_536, 2 ** 31 - 1])('%d is a tag like any other', async (tag) => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) return comm.send('x', 1, { tag })
      const { status } = await comm.recv(0, { tag, status: true })
      expect(status.tag).toBe(tag)
    })
  })

  it('0 is the tag if none is given, and it is not ANY_TAG', async () => {
    await runRanks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.send('one', 1, { tag: 1 })
        return comm.send('none', 1)
      }
      expect(await comm.recv(0, { tag: 0 })).toBe('none')
      expect(await comm.recv(0, { tag: 1 })).toBe('one')
    })
  })
})
