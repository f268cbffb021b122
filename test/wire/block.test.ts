import { describe, expect, test } from 'vitest'
import { Block } from '../../src/wire/block.ts'
import { ITEM, typeOf } from '../../src/wire/datatype.ts'

const FLOAT64 = typeOf(new Float64Array())

describe('a block', () => {
  test('is the memory of an array, not a copy', () => {
    const array = Float64Array.of(1, 2, 3, 4)
    const block = Block.of(array.subarray(1, 3))
    expect([block.type, block.byteOffset, block.byteLength, block.count]).toEqual([FLOAT64, 8, 16, 2])
    block.array()[0] = 20
    expect(array).toEqual(Float64Array.of(1, 20, 3, 4))
    expect(block.bytes(8)).toEqual(new Uint8Array(Float64Array.of(3).buffer))
    expect(block.bytes(0, 8).byteOffset).toBe(8)
  })

  test('of an item counts as one', () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const block = Block.item(bytes)
    expect([block.type, block.byteLength, block.count]).toEqual([ITEM, 3, 1])
    expect(block.array()).toEqual(bytes)
  })

  test('is allocated zeroed, for any type', () => {
    expect(Block.allocate(FLOAT64, 24).array()).toEqual(new Float64Array(3))
    expect(Block.allocate(ITEM, 5).bytes()).toEqual(new Uint8Array(5))
    expect(Block.allocate(FLOAT64, 0).count).toBe(0)
  })

  test('is cut by elements', () => {
    const array = Int32Array.of(1, 2, 3, 4)
    const part = Block.of(array.subarray(1)).slice(1, 3)
    expect(part.array()).toEqual(Int32Array.of(3, 4))
    expect(part.buffer).toBe(array.buffer)
  })

  test('is overwritten by another, overlapping or not', () => {
    const array = Int32Array.of(1, 2, 3, 4)
    Block.of(array.subarray(1, 4)).set(Block.of(array.subarray(0, 3)))
    expect(array).toEqual(Int32Array.of(1, 1, 2, 3))
  })
})

describe('two blocks', () => {
  const array = new Uint8Array(16)
  const block = (start: number, end: number) => Block.of(array.subarray(start, end))

  test.each([
    [block(0, 8), block(8, 16), false, false],
    [block(0, 8), block(7, 9), true, false],
    [block(0, 16), block(4, 8), true, false],
    [block(4, 8), block(4, 8), true, true],
    [block(0, 8), Block.of(new Uint8Array(8)), false, false],
  ])('share bytes or not (%#)', (a, b, overlap, same) => {
    expect([a.overlaps(b), b.overlaps(a)]).toEqual([overlap, overlap])
    expect([a.sameMemory(b), b.sameMemory(a)]).toEqual([same, same])
  })
})
