/** What shared memory offers beyond the transport contract: lanes, polling, watching, sleeping, peer memory. */

import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { Next } from '../../src/transport/shared-memory.ts'
import type { ProcessReader } from '../../src/transport/shm/peer-memory.ts'
import { Block } from '../../src/wire/block.ts'
import { allocate, elementSize, type Raw } from '../../src/wire/datatype.ts'
import { Frame } from '../../src/wire/frame.ts'
import { data, Group, isData, numbered, someTurns } from './contract-tools.ts'
import { type ShmFixture, type ShmFixtureOptions, shmTransports } from './shm-fixture.ts'

const F64 = 9
const TINY = { ringBytes: 1024, chunkBytes: 4096 }

describe('shm', { timeout: 30_000 }, () => {
  let fixture: ShmFixture
  let group: Group
  afterEach(async () => {
    await fixture.dispose()
    group.expectNoBreach()
  })

  const open = (size: number, options?: ShmFixtureOptions): ShmFixture => {
    fixture = shmTransports(size, options)
    group = new Group(fixture)
    return fixture
  }
  const lanes = (options?: ShmFixtureOptions) => {
    const { transports } = open(2, options)
    return { to: transports[0]!.lane(1)!, from: transports[1]!.lane(0)!, transports }
  }
  const plain = (tag: number, body: Uint8Array, type = 2): Frame =>
    Object.assign(new Frame(), { kind: 1, context: 5, source: 3, tag, type, bytes: body.length })

  describe('lanes', () => {
    it('has none to itself or to strangers', () => {
      const { transports } = open(2)
      expect(transports[0]!.lane(0)).toBe(null)
      expect(transports[0]!.lane(7)).toBe(null)
    })

    it('carries arrays of every type and length, as arrays and as bytes', () => {
      const { to, from } = lanes({ sizes: TINY })
      for (let type = 0; type <= 11; type++) {
        const size = elementSize(type)
        for (const bytes of [0, size, 3 * size, 64, 72, 200, to.maxBytes]) {
          const noise = data(bytes - (bytes % size), type * 100 + bytes)
          const sent = view(type, noise)
          expect(to.put(0xffff_fffe, 70_000, 0x7fff_ffff, type, sent)).toBe(true)
          expect(to.put(1, 0, -1, type, sent)).toBe(true)
          expect(from.peek()).toBe(Next.MESSAGE)
          expect([from.context, from.source, from.tag, from.type, from.bytes]).toEqual([
            0xffff_fffe,
            70_000,
            0x7fff_ffff,
            type,
            noise.length,
          ])
          const into = type === 0 ? new Uint8Array(noise.length + 1) : allocate(type, noise.length / size + 1)
          from.takeInto(into)
          expect(bytesOf(into).subarray(0, noise.length)).toEqual(noise)
          expect(from.peek()).toBe(Next.MESSAGE)
          expect([from.context, from.source, from.tag]).toEqual([1, 0, -1])
          const made = from.takeNew()
          expect(Object.getPrototypeOf(made)).toBe(Object.getPrototypeOf(sent))
          expect(bytesOf(made)).toEqual(noise)
          expect(from.peek()).toBe(Next.NOTHING)
        }
      }
    })

    it('changes no bit of a signalling NaN', () => {
      const { to, from } = lanes()
      const sent = new Float32Array(Int32Array.of(0x7f80_0001, 0x7fa0_1234).buffer)
      to.put(1, 0, 0, 8, sent)
      from.peek()
      expect(new Int32Array(from.takeNew().buffer)).toEqual(Int32Array.of(0x7f80_0001, 0x7fa0_1234))
    })

    it('refuses what is too long, and what finds no room, and takes more when there is', () => {
      const { to, from } = lanes({ sizes: TINY })
      expect(to.put(1, 0, 0, F64, new Float64Array(to.maxBytes / 8 + 1))).toBe(false)
      let sent = 0
      while (to.put(1, 0, sent, F64, Float64Array.of(sent))) sent++
      expect(sent).toBeGreaterThan(30)
      const into = new Float64Array(1)
      for (let taken = 0; taken < 500; taken++) {
        expect(from.peek()).toBe(Next.MESSAGE)
        expect(from.tag).toBe(taken)
        from.takeInto(into)
        expect(into[0]).toBe(taken)
        while (to.put(1, 0, sent, F64, Float64Array.of(sent))) sent++
      }
    })

    it('removes a message whose reader throws', () => {
      const { to, from } = lanes()
      to.put(1, 0, 1, F64, Float64Array.of(1))
      to.put(1, 0, 2, F64, Float64Array.of(2))
      from.peek()
      const fail = () => {
        throw new Error('on purpose')
      }
      expect(() => from.takeBytes(fail)).toThrow('on purpose')
      expect(from.peek()).toBe(Next.MESSAGE)
      expect(from.tag).toBe(2)
      expect(from.takeBytes((bytes) => bytes.length)).toBe(8)
    })

    it('keeps the bytes for their reader although more comes meanwhile', () => {
      const { to, from } = lanes({ sizes: TINY })
      const bytes = data(200, 1)
      to.put(1, 0, 0, 0, bytes)
      from.peek()
      from.takeBytes((found) => {
        while (to.put(1, 0, 1, 0, data(100, 2)));
        while (from.peek() === Next.MESSAGE) from.takeNew()
        while (to.put(1, 0, 1, 0, data(100, 2)));
        expect(found).toEqual(bytes)
      })
    })

    it('meets the frames: each may come as the other', async () => {
      const { to, from, transports } = lanes()
      const body = data(24, 9)
      group.send(0, 1, plain(11, body), body, null)
      expect(from.peek()).toBe(Next.MESSAGE)
      expect([from.context, from.source, from.tag, from.type]).toEqual([5, 3, 11, 2])
      expect(from.takeNew()).toEqual(body)
      group.send(0, 1, Object.assign(plain(12, body), { callKind: 4 }), body, null)
      to.put(5, 3, 13, 2, body)
      expect(from.peek()).toBe(Next.FRAME)
      transports[1]!.poll(0)
      expect(group.sink(1).arrivals.map((a) => ({ ...a.frame }))).toEqual([
        { ...plain(12, body), callKind: 4 },
        { ...plain(13, body) },
      ])
      expect(group.sink(1).arrivals.every((a) => isData(a.body, 9))).toBe(true)
      expect(from.peek()).toBe(Next.NOTHING)
    })

    it('stays shut while frames wait in front of it', async () => {
      const { to, transports } = lanes({ sizes: TINY })
      let frames = 0
      while (transports[0]!.unsent === 0) group.send(0, 1, numbered(frames++, 100), data(100, 3), null)
      group.sink(1).also.frame = () => {}
      transports[1]!.poll(0)
      // There is room now, but not for what comes later.
      expect(to.put(1, 0, frames, F64, Float64Array.of(1))).toBe(false)
      group.hold()
      await transports[0]!.flush()
      expect(to.put(1, 0, frames, F64, Float64Array.of(1))).toBe(true)
      await group.sink(1).arrived(frames + 1)
      expect(group.sink(1).arrivals.map((a) => a.frame.tag)).toEqual([...Array(frames + 1).keys()])
    })

    it('keeps the order of whatever is put and sent, taken and polled', async () => {
      const step = fc.record({
        act: fc.constantFrom('put', 'put', 'send', 'lend', 'take', 'take', 'poll', 'turn'),
        size: fc.oneof(
          { arbitrary: fc.nat(300), weight: 6 },
          { arbitrary: fc.nat(4096), weight: 2 },
          { arbitrary: fc.nat(20_000), weight: 1 },
        ),
        count: fc.integer({ min: 1, max: 12 }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
          const { to, from, transports } = lanes({ sizes: TINY })
          let sent = 0
          let taken = 0
          const check = (tag: number, bytes: Uint8Array) => {
            expect(tag).toBe(taken++)
            expect(isData(bytes, tag)).toBe(true)
          }
          group.sink(1).also.frame = ({ frame, body }) => check(frame.tag, body)
          group.hold(0)
          for (const { act, size, count } of steps) {
            for (let i = 0; i < count; i++) {
              const bytes = data(size, sent)
              if (act === 'put' && to.put(1, 0, sent, 2, bytes)) sent++
              else if (act === 'send') group.send(0, 1, plain(sent++, bytes), bytes, null)
              else if (act === 'lend') group.send(0, 1, numbered(sent++, size), bytes, {})
              else if (act === 'take' && from.peek() === Next.MESSAGE)
                check(from.tag, from.takeNew() as Uint8Array)
            }
            if (act === 'poll') transports[1]!.poll(0)
            if (act === 'turn') await someTurns()
          }
          group.hold(1)
          await transports[0]!.flush()
          expect(taken).toBe(sent)
          expect(transports[0]!.unflushed + transports[0]!.unsent).toBe(0)
          await fixture.dispose()
        }),
        { numRuns: 25 },
      )
    })
  })

  describe('polling', () => {
    it('delivers without a hold, and not from within the sink', () => {
      const { transports } = open(2)
      for (let i = 0; i < 10; i++) group.send(0, 1, numbered(i), null, null)
      group.sink(1).also.frame = () => transports[1]!.poll(0)
      transports[1]!.poll(0)
      expect(group.sink(1).arrivals.map((a) => a.frame.tag)).toEqual([...Array(10).keys()])
    })

    it('tells the sender what has been taken', () => {
      const { transports } = open(2)
      for (let i = 0; i < 10; i++) group.send(0, 1, numbered(i), null, null)
      expect([transports[0]!.unflushed, transports[0]!.unsent]).toEqual([10, 0])
      transports[1]!.poll(0)
      expect(transports[0]!.unflushed).toBe(0)
    })
  })

  describe('memory', () => {
    it('reaches others although one takes nothing and holds all chunks', async () => {
      const { transports } = open(4, { sizes: TINY })
      const tokens: object[] = []
      for (const to of [1, 2]) {
        for (let i = 0; i < 12; i++) {
          const token = {}
          if (!group.send(0, to, numbered(i, 4000), data(4000, i), token)) tokens.push(token)
        }
      }
      group.hold(0, 3)
      for (let i = 0; i < 12; i++) group.send(0, 3, numbered(i, 4000), data(4000, i), null)
      await group.sink(3).arrived(12)
      expect(group.sink(3).arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
      expect(tokens.length).toBeGreaterThan(0)
      group.hold(1, 2)
      await transports[0]!.flush()
      for (const to of [1, 2]) {
        expect(group.sink(to).arrivals.map((a) => a.frame.tag)).toEqual([...Array(12).keys()])
        expect(group.sink(to).arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
      }
      expect(tokens.every((token) => group.sink(0).released.has(token))).toBe(true)
    })

    it('gets its chunks back from a rank that closed', async () => {
      const { transports } = open(3, { sizes: TINY })
      group.hold(0)
      for (let round = 0; round < 2; round++) {
        const to = 1 + round
        for (let i = 0; i < 6; i++) group.send(0, to, numbered(i, 4000), data(4000, i), null)
        expect(transports[0]!.unsent).toBe(0)
        transports[to]!.canFetch
        await transports[to]!.close()
        await group.sink(0).until(() => group.sink(0).gone.length === round + 1)
      }
    })

    it('is common to all', () => {
      const { transports } = open(3)
      const places = transports.map((transport) => transport.takeMemory(10_000))
      expect(new Set(places).size).toBe(3)
      const buffer = transports[0]!.memory(places[1]!, 10_000)
      expect(transports[0]!.memory(places[1]!, 10_000)).toBe(buffer)
      expect(transports[2]!.memory(places[1]!, 10_000)).toBe(buffer)
      expect(buffer.byteLength).toBeGreaterThanOrEqual(10_000)
    })

    it('is read where it is common, and not where the kernel does not help', () => {
      const { transports } = open(2)
      const place = transports[0]!.takeMemory(800)
      const common = new Float64Array(transports[0]!.memory(place, 800)).fill(3)
      expect(transports[0]!.canFetch).toBe(false)
      expect(transports[0]!.expose(Block.of(new Float64Array(100)))).toBe(0)
      const address = transports[0]!.expose(Block.of(common.subarray(50)))
      expect(address).toBeLessThan(0)
      common[52] = 4
      const into = new Float64Array(3)
      expect(transports[1]!.fetch(0, address, 8, Block.of(into))).toBe(true)
      expect(into).toEqual(Float64Array.of(3, 4, 3))
      expect(transports[1]!.fetch(0, 0, 0, Block.of(into))).toBe(false)
    })

    it('is read through the kernel in its process, after a try', () => {
      const buffers: ArrayBufferLike[] = []
      let refuses = false
      const addressOf = (buffer: ArrayBufferLike) => {
        if (!buffers.includes(buffer)) buffers.push(buffer)
        return (buffers.indexOf(buffer) + 1) * 2 ** 40
      }
      const at = (address: number, bytes: number) =>
        new Uint8Array(buffers[Math.floor(address / 2 ** 40) - 1]!, address % 2 ** 40, bytes)
      const reader: ProcessReader = {
        collapse: () => false,
        addressOf,
        read(pid, from, to, bytes) {
          if (refuses || pid !== process.pid) return false
          at(to, bytes).set(at(from, bytes))
          return true
        },
      }
      const { transports } = open(2, { reader })
      expect(transports[1]!.canFetch).toBe(true)
      expect(transports[0]!.canFetch).toBe(true)
      const block = Block.of(Float64Array.of(1, 2, 3, 4).subarray(1))
      const into = new Float64Array(2)
      expect(transports[1]!.fetch(0, transports[0]!.expose(block), 8, Block.of(into))).toBe(true)
      expect(into).toEqual(Float64Array.of(3, 4))
      refuses = true
      expect(transports[1]!.fetch(0, transports[0]!.expose(block), 8, Block.of(into))).toBe(false)
    })
  })

  describe('waiting', () => {
    it('calls steps in every pass until they are done, or called off', async () => {
      const { transports } = open(2)
      const transport = transports[0]!
      let calls = 0
      let others = 0
      const other = () => {
        others++
        return false
      }
      const done = new Promise<void>((resolve) => {
        transport.watch(() => {
          if (++calls < 3) return false
          resolve()
          return true
        })
      })
      transport.watch(other)
      await someTurns()
      expect(calls).toBe(0)
      group.hold(0)
      await done
      transport.unwatch(other)
      const before = [calls, others]
      transport.watch(() => true)
      await someTurns()
      expect([calls, others]).toEqual(before)
    })

    it('sleeps when nothing comes, and is woken once by what does', async () => {
      const { rings } = open(3)
      group.hold(1)
      await someTurns()
      for (let i = 0; i < 10; i++) group.send(0, 1, numbered(i), null, null)
      await group.sink(1).arrived(10)
      expect(rings).toEqual([0, 1, 0])
      await someTurns()
      group.release(1)
      group.send(2, 1, numbered(0), null, null)
      await someTurns()
      expect(rings).toEqual([0, 1, 0])
    })

    it('wakes a sender that sleeps until there is room', async () => {
      const { transports, rings } = open(2, { sizes: TINY })
      for (let i = 0; i < 200; i++) group.send(0, 1, numbered(i, 100), data(100, i), null)
      expect(transports[0]!.unsent).toBeGreaterThan(0)
      await someTurns()
      expect(rings).toEqual([0, 0])
      group.hold(1)
      await group.sink(1).arrived(200)
      expect(rings[0]).toBeGreaterThan(0)
    })

    it('lets timers run although messages never stop coming', async () => {
      open(2)
      let passed = false
      const timer = setTimeout(() => {
        passed = true
      }, 5)
      for (const rank of [0, 1]) {
        group.sink(rank).also.frame = ({ peer, frame }) => {
          if (!passed) group.send(rank, peer, numbered(frame.tag + 1), null, null)
        }
      }
      group.hold()
      group.send(0, 1, numbered(0), null, null)
      await group.sink(0).until(() => passed)
      clearTimeout(timer)
    })

    it('asks for a turn of the event loop when there has been none for long', async () => {
      const { transports } = open(2)
      group.hold(0)
      group.release(0)
      const begun = performance.now()
      while (!transports[0]!.turnDue()) expect(performance.now() - begun).toBeLessThan(1000)
      expect(transports[0]!.turnDue()).toBe(true)
      await someTurns()
      expect(transports[0]!.turnDue()).toBe(false)
    })
  })
})

function view(type: number, bytes: Uint8Array): Raw {
  const array = type === 0 ? new Uint8Array(bytes.length) : allocate(type, bytes.length / elementSize(type))
  bytesOf(array).set(bytes)
  return array
}

function bytesOf(array: Raw): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
