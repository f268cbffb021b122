import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { decodeItem, encodeItem } from '../../src/wire/codec.ts'

/** Loading msgpackr takes longer than starting an MPI job of one; programs of numbers need not pay. */
test('msgpackr is loaded by the first record, not by scalars or lists of numbers', () => {
  const { cache } = createRequire(import.meta.url)
  const isLoaded = () => Object.keys(cache).some((path) => path.includes('msgpackr'))
  for (const value of [1, 'text', true, null, undefined, 2n, [1, 2, 3], new Map()])
    expect(decodeItem(encodeItem(value, 'send'))).toEqual(value)
  expect(isLoaded()).toBe(false)
  expect(decodeItem(encodeItem({ a: 1 }, 'send'))).toEqual({ a: 1 })
  expect(isLoaded()).toBe(true)
})
