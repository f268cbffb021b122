/** What the tests of communicators share. */

import type { Communicator } from '../../src/comm/communicator.ts'
import type { Request } from '../../src/comm/request.ts'
import { runRanks } from '../../src/testing/index.ts'
import type { Raw, TypedCtor } from '../../src/wire/datatype.ts'

export const elementTypes = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as unknown as readonly TypedCtor[]

/** Settings of `eager` that change which way messages take: none, the smallest, most, all without waiting. */
export const eagerSettings = [0, 100, 4096, 2 ** 30] as const

/** The error that `promise` rejects with. Fails if it resolves. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error as Error
  }
  throw new Error(`resolved to ${String(value)}, where a rejection is due`)
}

/** A reproducible source of numbers in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** An array of any type whose bytes depend on `id` and on their place, none of them all zero. */
export function pattern(length: number, id: number): Uint8Array
export function pattern<T extends Raw>(length: number, id: number, ctor: TypedCtor<T>): T
export function pattern(length: number, id: number, ctor: TypedCtor = Uint8Array): Raw {
  const padded = Math.ceil((length * ctor.BYTES_PER_ELEMENT) / 8) * 8
  const words = new Uint32Array(padded / 4)
  let state = Math.imul(id + 1, 0x9e3779b1) | 1
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    words[i] = state
  }
  return new ctor(words.buffer, 0, length)
}

/** Whether two arrays are of one type and hold the same bytes; fast, for arrays of many MiB. */
export function same(a: unknown, b: unknown): boolean {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return false
  if (a.constructor !== b.constructor) return false
  const bytes = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  return bytes(a).equals(bytes(b))
}

/** The ranks, as `of` numbers them, of the members in order, gathered by messages. */
export async function members(comm: Communicator, of: Communicator): Promise<number[]> {
  const sends = Array.from({ length: comm.size }, (_, dest) => comm.send(of.rank, dest))
  const got: number[] = []
  for (let source = 0; source < comm.size; source++) got.push(await comm.recv<number>(source))
  await Promise.all(sends)
  return got
}

/** Rank 0 sends six numbers with their own tags, those of odd tags first; rank 1 gets requests for all. */
export function withRequests(use: (requests: Request<number>[], comm: Communicator) => Promise<void>) {
  return runRanks(
    2,
    async (comm) => {
      if (comm.rank === 0) {
        for (const tag of [1, 3, 5, 0, 2, 4]) await comm.send(tag * 10, 1, { tag })
        return
      }
      const requests = Array.from({ length: 6 }, (_, tag) => comm.irecv<number>(0, { tag }))
      await use(requests, comm)
    },
    { delayMs: [0, 5] },
  )
}
