import { describe, expect, it } from 'vitest'
import type { Communicator } from '../../src/comm/communicator.ts'
import { TruncateError, TypeMismatchError } from '../../src/errors.ts'
import { runRanks } from '../../src/testing/index.ts'
import type { Raw, TypedCtor } from '../../src/wire/datatype.ts'
import { eagerSettings, pattern, rejection, same } from './tools.ts'

/** Rank 0 sends `value`, then 'next'; rank 1 does `receive` before or after that, and must then find 'next'. */
async function pair(
  value: unknown,
  eager: number,
  receive: (comm: Communicator) => Promise<void>,
  sender: 'early' | 'late' = 'early',
) {
  await runRanks(
    2,
    async (comm) => {
      if (comm.rank === 0) {
        if (sender === 'late') await comm.recv(1, { tag: 9 })
        const sent = [comm.send(value, 1), comm.send('next', 1)]
        if (sender === 'early') sent.push(comm.send('sent', 1, { tag: 9 }))
        await Promise.all(sent)
      } else {
        if (sender === 'early') await comm.recv(0, { tag: 9 })
        const done = receive(comm)
        if (sender === 'late') await comm.send(null, 0, { tag: 9 })
        await done
        expect(await comm.recv(0), 'one receive, good or bad, consumes one message').toBe('next')
      }
    },
    { eager },
  )
}

describe.each(eagerSettings)('into, eager %d', (eager) => {
  describe.each(['early', 'late'] as const)('sender %s', (sender) => {
    it.each([0, 1, 100, 3000])('of the same length %d is filled and returned', async (length) => {
      const sent = pattern(length, 5, Int32Array as unknown as TypedCtor<Int32Array>)
      const into = new Int32Array(length)
      await pair(
        sent,
        eager,
        async (comm) => {
          expect(await comm.recv(0, { into, tag: 0 })).toBe(into)
          expect(same(into, sent)).toBe(true)
        },
        sender,
      )
    })

    it('that is longer keeps its tail', async () => {
      const into = new Float64Array(3000).fill(-1)
      await pair(
        new Float64Array(2000).fill(7),
        eager,
        async (comm) => {
          expect(await comm.recv(0, { into })).toBe(into)
          expect(into.slice(0, 2000).every((x) => x === 7)).toBe(true)
          expect(into.slice(2000).every((x) => x === -1)).toBe(true)
        },
        sender,
      )
    })

    it('that is a view leaves what lies around it', async () => {
      const whole = new Uint16Array(1000).fill(9)
      await pair(
        new Uint16Array(500).fill(1),
        eager,
        async (comm) => {
          await comm.recv(0, { into: whole.subarray(100, 600) })
        },
        sender,
      )
      expect(whole.indexOf(1)).toBe(100)
      expect(whole.lastIndexOf(1)).toBe(599)
      expect(whole.filter((x) => x === 9).length).toBe(500)
    })

    it.each([2, 5000])('that is shorter than %d elements is a TruncateError, untouched', async (length) => {
      const into = new Float64Array(length - 1).fill(-1)
      await pair(
        new Float64Array(length),
        eager,
        async (comm) => {
          const error = await rejection(comm.recv(0, { into }))
          expect(error).toBeInstanceOf(TruncateError)
          expect(error.message).toMatch(/recv on world, rank 1 of 2/)
          expect(error.message).toContain(String(length))
          expect(error.message).toContain(String(length - 1))
          expect(into.every((x) => x === -1)).toBe(true)
        },
        sender,
      )
    })

    it.each<[string, unknown, Raw]>([
      ['same bytes, other type', new Float32Array(2000), new Int32Array(2000)],
      ['signed and unsigned', new Int8Array(10), new Uint8Array(10)],
      ['clamped and not', new Uint8ClampedArray(10), new Uint8Array(10)],
      ['no elements', new Float64Array(0), new Int32Array(0)],
      ['an item', { a: 1 }, new Float64Array(100)],
      ['a number', 5, new Float64Array(1)],
      ['an array of numbers', [1, 2], new Float64Array(2)],
    ])('a type mismatch (%s) is a TypeMismatchError, untouched', async (_, value, into) => {
      const before = into.slice()
      await pair(
        value,
        eager,
        async (comm) => {
          expect(await rejection(comm.recv(0, { into }))).toBeInstanceOf(TypeMismatchError)
          expect(same(into, before)).toBe(true)
        },
        sender,
      )
    })
  })
})

it.each([[1, 2], new DataView(new ArrayBuffer(8)), new ArrayBuffer(8), {}, 'abc', 7])(
  'into refuses %o, which is no typed array, with a TypeMismatchError',
  async (into) => {
    await runRanks(1, async (comm) => {
      await comm.send(Uint8Array.of(1), 0)
      const error = await rejection(comm.recv(0, { into: into as unknown as Raw }))
      expect(error).toBeInstanceOf(TypeMismatchError)
      expect(error.message).toMatch(/recv on world, rank 0 of 1/)
      expect(await comm.recv(0), 'an argument error receives nothing').toEqual(Uint8Array.of(1))
    })
  },
)
