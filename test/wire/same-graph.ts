/**
 * Whether two graphs of values are the same down to identity: what `deepStrictEqual` leaves out (order of
 * keys, holes, which references are one object, which views share memory) and what it gets wrong on some
 * versions of Node (invalid dates).
 */

import { types } from 'node:util'

/** Throws, with the path to the difference, unless the graphs are the same. */
export function expectSameGraph(actual: unknown, expected: unknown): void {
  new Comparison().compare(actual, expected, 'value')
}

class Comparison {
  readonly #forth = new Map<unknown, unknown>()
  readonly #back = new Map<unknown, unknown>()

  compare(a: unknown, b: unknown, path: string): void {
    if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null)
      return same(a, b, path, 'value')
    if (this.#forth.has(a) || this.#back.has(b)) return this.#identical(a, b, path)
    this.#forth.set(a, b)
    this.#back.set(b, a)
    same(Object.getPrototypeOf(a), Object.getPrototypeOf(b), path, 'prototype')
    if (ArrayBuffer.isView(a)) return this.#compareViews(a, b as ArrayBufferView, path)
    if (types.isArrayBuffer(a)) return same(hex(a), hex(b as ArrayBuffer), path, 'memory')
    if (types.isMap(a)) this.compare([...a], [...(b as Map<unknown, unknown>)], `${path}.entries`)
    if (types.isSet(a)) this.compare([...a], [...(b as Set<unknown>)], `${path}.items`)
    if (types.isDate(a)) same(a.getTime(), (b as Date).getTime(), path, 'time')
    if (types.isRegExp(a)) same(String(a), String(b), path, 'expression')
    if (types.isBoxedPrimitive(a)) same(a.valueOf(), b.valueOf(), path, 'primitive')
    const ownKeys = Object.hasOwn(a, 'stack') || types.isRegExp(a) ? Reflect.ownKeys : Object.keys
    const keys = ownKeys(a) as string[]
    same(JSON.stringify(keys), JSON.stringify(ownKeys(b)), path, 'keys')
    if (Array.isArray(a)) same(a.length, (b as unknown[]).length, path, 'length')
    for (const key of keys)
      this.compare((a as never)[key], (b as never)[key], `${path}[${JSON.stringify(key)}]`)
  }

  /** The memory behind a view may be shorter than by structuredClone, but is shared by the same views. */
  #compareViews(a: ArrayBufferView, b: ArrayBufferView, path: string): void {
    same(hex(a), hex(b), path, 'elements')
    if (this.#forth.has(a.buffer) || this.#back.has(b.buffer)) {
      this.#identical(a.buffer, b.buffer, `${path}.buffer`)
      same(a.byteOffset, b.byteOffset, path, 'byteOffset')
    } else {
      this.#forth.set(a.buffer, b.buffer)
      this.#back.set(b.buffer, a.buffer)
    }
  }

  #identical(a: unknown, b: unknown, path: string): void {
    if (this.#forth.get(a) !== b || this.#back.get(b) !== a)
      throw new Error(`${path}: not the same identities`)
  }
}

function same(a: unknown, b: unknown, path: string, what: string): void {
  if (!Object.is(a, b)) throw new Error(`${path}: ${what} is ${String(a)}, not ${String(b)}`)
}

function hex(memory: ArrayBuffer | ArrayBufferView): string {
  const [buffer, start] = ArrayBuffer.isView(memory) ? [memory.buffer, memory.byteOffset] : [memory, 0]
  return Buffer.from(buffer, start, memory.byteLength).toString('hex')
}
