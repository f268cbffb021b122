/**
 * The transport contract (src/transport/transport.ts) as a test suite that every transport passes.
 *
 * Nothing in it sleeps: a test waits for what the contract promises and, where the promise is that
 * something does *not* happen, lets the event loop turn a few times and looks again at the end.
 */

import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { SendToken } from '../../src/transport/transport.ts'
import { Frame } from '../../src/wire/frame.ts'
import { data, type Fixture, Group, isData, numbered, someTurns } from './contract-tools.ts'

export type { Fixture } from './contract-tools.ts'

const KIB = 1024
const MIB = 1024 * KIB

export interface ContractOptions {
  /** A transport from a rank to itself: the factory is asked for one rank, and nobody can die. */
  readonly self?: boolean
  /** Runs of each randomised test; default 6. */
  readonly runs?: number
}

export function describeTransportContract(
  name: string,
  factory: (size: number) => Fixture | Promise<Fixture>,
  options: ContractOptions = {},
): void {
  const made: { fixture: Fixture; group: Group }[] = []
  /** A group of `size` ranks; one if the transport connects a rank to itself. */
  const open = async (size: number): Promise<Group> => {
    const fixture = await factory(options.self ? 1 : size)
    const group = new Group(fixture)
    made.push({ fixture, group })
    return group
  }
  const kill = async (group: Group, rank: number): Promise<void> => {
    await made.find((m) => m.group === group)!.fixture.kill(rank)
  }
  const disposeAll = async (): Promise<void> => {
    for (const { fixture, group } of made.splice(0)) {
      await fixture.dispose()
      group.expectNoBreach()
    }
  }
  /** The rank that talks and the one it talks to. */
  const A = 0
  const B = options.self ? 0 : 1
  const runs = { numRuns: options.runs ?? 6 }

  describe(`transport contract: ${name}`, { timeout: 60_000 }, () => {
    afterEach(disposeAll)

    describe('order', () => {
      const sizes = fc.oneof(
        { arbitrary: fc.integer({ min: 0, max: 300 }), weight: 5 },
        { arbitrary: fc.integer({ min: 0, max: 70 * KIB }), weight: 3 },
        { arbitrary: fc.integer({ min: 0, max: MIB }), weight: 1 },
        { arbitrary: fc.constantFrom(0, 1, 128, 129, 64 * KIB, MIB), weight: 1 },
      )
      const sends = fc.array(
        fc.record({
          from: fc.nat(3),
          to: fc.nat(3),
          size: sizes,
          borrow: fc.boolean(),
          pause: fc.integer({ min: 0, max: 9 }),
        }),
        { minLength: 1, maxLength: 120, size: 'max' },
      )

      it('keeps the order of every pair, loses nothing and repeats nothing, whatever the sizes', async () => {
        await fc.assert(
          fc.asyncProperty(sends, async (plan) => {
            const group = await open(4)
            const size = group.transports.length
            group.hold()
            const sent = new Map<string, { seed: number; length: number }[]>()
            for (const [seed, step] of plan.entries()) {
              const from = step.from % size
              let to = step.to % size
              if (to === from && !options.self) to = (from + 1) % size
              const length = Math.min(step.size, group.transport(from).maxBodyBytes)
              const body = length === 0 ? null : data(length, seed)
              group.send(from, to, numbered(seed, length), body, step.borrow ? {} : null)
              const pair = `${from}>${to}`
              if (!sent.has(pair)) sent.set(pair, [])
              sent.get(pair)!.push({ seed, length })
              if (step.pause === 0) await someTurns()
            }
            await Promise.all(group.transports.map((t) => t.flush()))
            for (const to of group.transports.keys()) {
              for (const from of group.transports.keys()) {
                const got = group.sink(to).from(from)
                const expected = sent.get(`${from}>${to}`) ?? []
                expect(got.map((a) => ({ seed: a.frame.tag, length: a.body.length }))).toEqual(expected)
                expect(got.every((a) => isData(a.body, a.frame.tag))).toBe(true)
              }
            }
            await disposeAll()
          }),
          runs,
        )
      })

      it('takes 20,000 small frames in one go', async () => {
        const group = await open(2)
        group.hold()
        const body = new Uint8Array(8)
        const view = new DataView(body.buffer)
        for (let i = 0; i < 20_000; i++) {
          view.setUint32(0, i)
          group.send(A, B, numbered(i, 8), body, null)
        }
        await group.transport(A).flush()
        const got = group.sink(B).arrivals
        expect(got.length).toBe(20_000)
        const intact = (a: (typeof got)[number], i: number) =>
          a.frame.tag === i && new DataView(a.body.buffer).getUint32(0) === i
        expect(got.every(intact)).toBe(true)
      })

      it('carries traffic in both directions at once', async () => {
        const group = await open(2)
        group.hold()
        const lengths = [0, 8, 200, 5 * KIB, 40 * KIB, 300 * KIB]
        const both = options.self ? [[A, A]] : [[A, B], [B, A]] // biome-ignore format: two pairs
        for (let i = 0; i < 180; i++) {
          for (const [from, to] of both) {
            const length = lengths[i % lengths.length]!
            group.send(from!, to!, numbered(i, length), data(length, i), {})
          }
        }
        await Promise.all(group.transports.map((t) => t.flush()))
        for (const [, to] of both) {
          const got = group.sink(to!).arrivals
          expect(got.map((a) => a.frame.tag)).toEqual([...Array(180).keys()])
          expect(got.every((a) => isData(a.body, a.frame.tag))).toBe(true)
        }
      })

      it('lets a sink send from inside onFrame', async () => {
        const group = await open(2)
        group.hold()
        const rounds = 1000
        for (const rank of new Set([A, B])) {
          group.sink(rank).also.frame = ({ peer, frame, body }) => {
            if (frame.tag < rounds) group.send(rank, peer, numbered(frame.tag + 1, body.length), body, null)
          }
        }
        group.send(A, B, numbered(0, 24), data(24, 5), null)
        const last = rounds % 2 === 0 ? B : A
        await group.sink(last).until(() => group.sink(last).arrivals.at(-1)?.frame.tag === rounds)
        expect(isData(group.sink(last).arrivals.at(-1)!.body, 5)).toBe(true)
      })
    })

    describe('frames', () => {
      const u8 = fc.integer({ min: 0, max: 255 })
      const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
      const i32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })
      const length = fc.oneof(fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER))
      const frames = fc.record({
        kind: u8, flags: u8, type: u8, context: u32, source: i32, tag: i32, bytes: length, offset: length,
        sendId: u32, recvId: u32, callSeq: u32, callRoot: i32, callKind: u8, callOp: u8, callType: u8,
        callCount: length,
      }) // biome-ignore format: a table

      it('carries all sixteen header fields', async () => {
        expect(Object.keys(new Frame()).length).toBe(16)
        await fc.assert(
          fc.asyncProperty(fc.array(frames, { minLength: 1, maxLength: 50 }), async (list) => {
            const group = await open(2)
            group.hold()
            for (const fields of list) group.send(A, B, Object.assign(new Frame(), fields), null, null)
            await group.sink(B).arrived(list.length)
            expect(group.sink(B).arrivals.map((a) => ({ ...a.frame }))).toEqual(list)
            await disposeAll()
          }),
          runs,
        )
      })

      it('copies the header inside send', async () => {
        const group = await open(2)
        group.hold()
        const reused = new Frame()
        for (let i = 0; i < 100; i++) {
          reused.tag = i
          group.send(A, B, reused, i % 2 === 0 ? data(i * 400, i) : null, {})
        }
        reused.tag = -1
        await group.sink(B).arrived(100)
        expect(group.sink(B).arrivals.map((a) => a.frame.tag)).toEqual([...Array(100).keys()])
      })

      it('takes a missing body, an empty one and the longest one', async () => {
        const group = await open(2)
        group.hold()
        const longest = Math.min(group.transport(A).maxBodyBytes, 2 * MIB - 1)
        group.send(A, B, numbered(0), null, null)
        group.send(A, B, numbered(1), new Uint8Array(0), null)
        group.send(A, B, numbered(2), data(longest, 2), null)
        group.send(A, B, numbered(3), new Uint8Array(0), {})
        await group.sink(B).arrived(4)
        expect(group.sink(B).arrivals.map((a) => a.body.length)).toEqual([0, 0, longest, 0])
        expect(isData(group.sink(B).arrivals[2]!.body, 2)).toBe(true)
      })

      it('reads a body out of the middle of shared memory', async () => {
        const group = await open(2)
        group.hold()
        for (const [i, length] of [5, 1000, 100 * KIB].entries()) {
          const body = new Uint8Array(new SharedArrayBuffer(length + 24), 11, length)
          body.set(data(length, i))
          group.send(A, B, numbered(i, length), body, {})
        }
        await group.sink(B).arrived(3)
        expect(group.sink(B).arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
      })

      it('names limits that fit together', async () => {
        const transport = (await open(2)).transport(A)
        expect(transport.name).toMatch(/^[a-z+]+$/)
        expect(transport.maxBodyBytes).toBeGreaterThan(0)
        expect(transport.eagerBytes).toBeLessThanOrEqual(transport.maxBodyBytes)
        expect(transport.creditBytes).toBeGreaterThanOrEqual(transport.eagerBytes)
      })
    })

    describe('ownership', () => {
      const lengths = [1, 128, 129, 64 * KIB, MIB]

      it.each(lengths)('leaves %i bytes alone once they are copied or released', async (wanted) => {
        const group = await open(2)
        group.hold()
        const length = Math.min(wanted, group.transport(A).maxBodyBytes)
        const borrowed = new Map<SendToken, Uint8Array>()
        group.sink(A).also.released = (token) => borrowed.get(token)?.fill(0xaa)
        const count = 20
        for (let i = 0; i < count; i++) {
          const body = data(length, i)
          const token = {}
          if (group.send(A, B, numbered(i, length), body, token)) body.fill(0xaa)
          else borrowed.set(token, body)
        }
        await group.sink(B).arrived(count)
        await group.sink(A).until(() => group.sink(A).released.size === borrowed.size)
        expect(group.sink(B).arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
        expect([...borrowed.keys()].every((token) => group.sink(A).released.has(token))).toBe(true)
      })

      it.each(lengths)('lets one buffer of %i bytes be sent again and again', async (wanted) => {
        const group = await open(2)
        group.hold()
        const length = Math.min(wanted, group.transport(A).maxBodyBytes)
        const body = new Uint8Array(length)
        for (let i = 0; i < 20; i++) {
          body.set(data(length, i))
          const token = {}
          if (!group.send(A, B, numbered(i, length), body, token)) {
            await group.sink(A).until(() => group.sink(A).released.has(token))
          }
        }
        body.fill(0xaa)
        await group.sink(B).arrived(20)
        expect(group.sink(B).arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
      })

      it.each(lengths)('copies %i bytes that come without a token', async (wanted) => {
        const group = await open(2)
        group.hold()
        const length = Math.min(wanted, group.transport(A).maxBodyBytes)
        const body = new Uint8Array(length)
        for (let i = 0; i < 20; i++) {
          body.set(data(length, i))
          group.send(A, B, numbered(i, length), body, null)
        }
        body.fill(0xaa)
        await group.sink(B).arrived(20)
        expect(group.sink(B).arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
      })

      it('releases a body although its receiver has not answered with anything', async () => {
        const group = await open(2)
        group.hold()
        const tokens = [{}, {}, {}]
        for (const [i, token] of tokens.entries()) {
          const length = Math.min(MIB, group.transport(A).maxBodyBytes) >> i
          if (group.send(A, B, numbered(i, length), data(length, i), token)) group.sink(A).released.add(token)
        }
        await group.sink(A).until(() => tokens.every((t) => group.sink(A).released.has(t)))
        // Released need not mean delivered: a transport may have copied the body.
        await group.sink(B).arrived(3)
      })
    })

    describe('waiting', () => {
      it('keeps what a receiver does not take, and delivers it all once the receiver holds', async () => {
        const group = await open(2)
        if (!options.self) group.hold(A)
        const length = Math.min(MIB, group.transport(A).maxBodyBytes)
        const count = 24
        for (let i = 0; i < count; i++) group.send(A, B, numbered(i, length), data(length, i), {})
        const flushed = group.transport(A).flush()
        await someTurns()
        group.hold(B)
        await flushed
        expect(group.sink(B).arrivals.map((a) => a.frame.tag)).toEqual([...Array(count).keys()])
        expect(group.sink(B).arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
      })

      it('goes on where it stopped when a receiver releases and holds again', async () => {
        const group = await open(2)
        let next = 0
        for (let round = 0; round < 10; round++) {
          group.hold(B)
          for (let i = 0; i < 5; i++) group.send(A, B, numbered(next++), null, null)
          await group.sink(B).arrived(next)
          group.release(B)
          if (round % 2 === 0) await someTurns()
          for (let i = 0; i < 5; i++) group.send(A, B, numbered(next++), null, null)
          if (round % 3 === 0) await someTurns()
        }
        group.hold(B)
        await group.sink(B).arrived(next)
        expect(group.sink(B).arrivals.map((a) => a.frame.tag)).toEqual([...Array(next).keys()])
      })

      it('counts holds', async () => {
        const group = await open(2)
        group.hold(B)
        group.hold(B)
        group.release(B)
        group.send(A, B, numbered(0), null, null)
        await group.sink(B).arrived(1)
      })
    })

    describe('flush', () => {
      it("resolves only after the peers' sinks have taken everything", async () => {
        const group = await open(3)
        group.hold()
        const peers = options.self ? [A] : [1, 2]
        for (const to of peers) {
          for (let i = 0; i < 50; i++) group.send(A, to, numbered(i, i * KIB), data(i * KIB, i), {})
        }
        await group.transport(A).flush()
        for (const to of peers) expect(group.sink(to).arrivals.length).toBe(50)
      })

      it('resolves at once when nothing was sent, and several times', async () => {
        const group = await open(2)
        await group.transport(A).flush()
        group.hold()
        group.send(A, B, numbered(0, 9), data(9, 0), null)
        await Promise.all([group.transport(A).flush(), group.transport(A).flush()])
        expect(group.sink(B).arrivals.length).toBe(1)
        await group.transport(A).flush()
      })

      it('counts what is not known to have been taken', async () => {
        const group = await open(2)
        expect(group.transport(A).unflushed).toBe(0)
        for (const length of [0, 100, 100 * KIB]) group.send(A, B, numbered(0), data(length, 0), {})
        expect(group.transport(A).unflushed).toBe(3)
        group.hold(B)
        await group.transport(A).flush()
        expect(group.transport(A).unflushed).toBe(0)
      })

      it('does not need a hold of its own', async () => {
        const group = await open(2)
        if (!options.self) group.hold(B)
        group.send(A, B, numbered(0, 300 * KIB), data(300 * KIB, 0), null)
        await group.transport(A).flush()
        expect(group.sink(B).arrivals.length).toBe(1)
      })
    })

    describe('close', () => {
      it('delivers nothing afterwards', async () => {
        const group = await open(2)
        group.hold()
        group.send(A, B, numbered(0), null, null)
        await group.sink(B).arrived(1)
        await group.transport(B).close()
        const { arrivals, gone } = group.sink(B)
        const before = [arrivals.length, gone.length]
        if (!options.self) {
          group.send(A, B, numbered(1), null, null)
          group.send(A, B, numbered(2), data(100 * KIB, 2), {})
          await group.transport(A).close()
        }
        await someTurns()
        expect([arrivals.length, gone.length]).toEqual(before)
      })

      it('loses nothing after a flush', async () => {
        const group = await open(2)
        group.hold()
        for (let i = 0; i < 30; i++) group.send(A, B, numbered(i), data(i * 3000, i), null)
        await group.transport(A).flush()
        await group.transport(A).close()
        expect(group.sink(B).arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
        expect(group.sink(B).arrivals.length).toBe(30)
      })

      it('does not wait for a peer that takes nothing', async () => {
        const group = await open(2)
        const length = Math.min(MIB, group.transport(A).maxBodyBytes)
        for (let i = 0; i < 16; i++) group.send(A, B, numbered(i), data(length, i), {})
        await someTurns()
        await group.transport(A).close()
      })

      it('is harmless before anything was sent, twice, and twice at once', async () => {
        const group = await open(2)
        await group.transport(A).close()
        await group.transport(A).close()
        group.hold(B)
        await Promise.all([group.transport(B).close(), group.transport(B).close()])
        await group.transport(B).close()
        group.release(B)
        group.hold(B)
        group.send(B, A, numbered(0), null, null)
        await group.transport(B).flush()
        expect(group.transport(B).unflushed).toBe(0)
      })
    })

    if (options.self) return

    describe('peer death', () => {
      it('is announced once, after everything that had arrived', async () => {
        const group = await open(2)
        group.hold()
        for (let i = 0; i < 200; i++) group.send(B, A, numbered(i, i * 99), data(i * 99, i), null)
        await group.transport(B).flush()
        await kill(group, B)
        await group.sink(A).until(() => group.sink(A).gone.length > 0)
        expect(group.sink(A).gone[0]).toMatchObject({ peer: B, after: 200 })
      })

      it('cuts a stream at some frame, and nothing comes after the announcement', async () => {
        const group = await open(2)
        group.hold()
        group.send(B, A, numbered(0), null, null)
        await group.sink(A).arrived(1)
        for (let i = 1; i < 100; i++) group.send(B, A, numbered(i), data(i * 777, i), {})
        await kill(group, B)
        await group.sink(A).until(() => group.sink(A).gone.length > 0)
        await someTurns()
        const { arrivals, gone } = group.sink(A)
        expect(gone[0]).toMatchObject({ peer: B, after: arrivals.length })
        expect(arrivals.map((a) => a.frame.tag)).toEqual([...Array(arrivals.length).keys()])
        expect(arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
      })

      it('releases the bodies borrowed for it, makes later sends vanish, and ends a flush', async () => {
        const group = await open(2)
        group.hold(A)
        const length = Math.min(MIB, group.transport(A).maxBodyBytes)
        const tokens = new Set<SendToken>()
        const sendOne = (i: number): void => {
          const token = {}
          if (!group.send(A, B, numbered(i, length), data(length, i), token)) tokens.add(token)
        }
        for (let i = 0; i < 20; i++) sendOne(i)
        const flushed = group.transport(A).flush()
        await someTurns()
        await kill(group, B)
        await flushed
        await group.sink(A).until(() => group.sink(A).gone.length > 0)
        for (let i = 20; i < 25; i++) sendOne(i)
        expect(group.transport(A).unflushed).toBe(0)
        await group.sink(A).until(() => [...tokens].every((t) => group.sink(A).released.has(t)))
        await group.transport(A).flush()
      })

      it('is noticed when nothing was ever sent to the dead peer', async () => {
        const group = await open(2)
        group.hold()
        await kill(group, B)
        group.send(A, B, numbered(0, 90 * KIB), data(90 * KIB, 0), {})
        await group.sink(A).until(() => group.sink(A).gone.length > 0)
        await group.transport(A).flush()
      })

      it('is noticed by a rank that only receives', async () => {
        const group = await open(2)
        group.hold()
        group.send(B, A, numbered(0), null, null)
        await group.sink(A).arrived(1)
        await kill(group, B)
        await group.sink(A).until(() => group.sink(A).gone.length > 0)
      })

      it('leaves the other peers alone', async () => {
        const group = await open(3)
        group.hold()
        for (const [from, to] of [[0, 1], [1, 2], [2, 0]]) group.send(from!, to!, numbered(0), null, null) // biome-ignore format: a ring
        await Promise.all(group.sinks.map((sink) => sink.arrived(1)))
        await kill(group, 1)
        await group.sink(0).until(() => group.sink(0).gone.length > 0)
        for (let i = 1; i < 50; i++) {
          group.send(0, 1, numbered(i), data(i * 500, i), null)
          group.send(0, 2, numbered(i), data(i * 500, i), null)
          group.send(2, 0, numbered(i), data(i * 500, i), null)
        }
        await group.sink(2).arrived(49, 0)
        await group.sink(0).arrived(50, 2)
        expect(group.sink(0).gone.map((g) => g.peer)).toEqual([1])
      })

      it('can be told from outside', async () => {
        const group = await open(3)
        group.hold()
        group.send(0, 1, numbered(0), null, null)
        await group.sink(1).arrived(1)
        group.peerGone(0, 1, 'rank 1 was killed by signal 9')
        group.peerGone(0, 2, 'rank 2 exited with code 3')
        group.peerGone(0, 2, 'rank 2 exited with code 3')
        await group.sink(0).until(() => group.sink(0).gone.length === 2)
        group.send(0, 1, numbered(1), data(500 * KIB, 1), null)
        group.send(0, 2, numbered(1), data(500 * KIB, 1), null)
        await group.transport(0).flush()
        expect(
          group
            .sink(0)
            .gone.map((g) => g.reason)
            .sort(),
        ).toEqual(['rank 1 was killed by signal 9', 'rank 2 exited with code 3'])
      })

      it('told while nobody waits is announced by the time somebody does', async () => {
        const group = await open(2)
        group.send(0, 1, numbered(0), null, null)
        group.peerGone(0, 1, 'rank 1 was killed by signal 9')
        await someTurns()
        group.hold(0)
        await group.sink(0).until(() => group.sink(0).gone.length > 0)
      })

      it('of a peer that closed in order costs nothing that was sent before', async () => {
        const group = await open(2)
        group.hold()
        for (let i = 0; i < 40; i++) group.send(B, A, numbered(i), data(i * KIB, i), {})
        await group.transport(B).flush()
        await group.transport(B).close()
        await group.sink(A).until(() => group.sink(A).gone.length > 0)
        expect(group.sink(A).gone[0]).toMatchObject({ peer: B, after: 40 })
      })
    })
  })
}
