/**
 * A run of elements in memory: what every send reads from and every receive writes to.
 *
 * Not a `Uint8Array`, because Node 20 allows none of 2^32 elements or more while messages may be longer
 * (a Float64Array of 5 GiB): a block names the memory, and `bytes()` gives views of pieces of it.
 */

import { allocate, ctorOf, elementSize, ITEM, type Raw, type TypeCode, typeOf } from './datatype.ts'

export class Block {
  readonly type: TypeCode
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number

  constructor(type: TypeCode, buffer: ArrayBufferLike, byteOffset: number, byteLength: number) {
    this.type = type
    this.buffer = buffer
    this.byteOffset = byteOffset
    this.byteLength = byteLength
  }

  /** The memory of a typed array, not a copy. */
  static of(array: Raw): Block {
    return new Block(typeOf(array), array.buffer, array.byteOffset, array.byteLength)
  }

  /** Serialised bytes of one item, not a copy. */
  static item(bytes: Uint8Array): Block {
    return new Block(ITEM, bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** New zeroed memory for a message of `byteLength` bytes of `type`. */
  static allocate(type: TypeCode, byteLength: number): Block {
    if (type === ITEM) return Block.item(new Uint8Array(byteLength))
    return Block.of(allocate(type, byteLength / elementSize(type)))
  }

  /** Elements in the block; an item counts as one. */
  get count(): number {
    return this.type === ITEM ? 1 : this.byteLength / elementSize(this.type)
  }

  /** `length` bytes from `offset` on, as a view. A view of 2^32 bytes or more is refused by Node 20. */
  bytes(offset = 0, length: number = this.byteLength - offset): Uint8Array {
    return new Uint8Array(this.buffer, this.byteOffset + offset, length)
  }

  /** Elements `start` up to, not including, `end`, as a block over the same memory. */
  slice(start: number, end: number): Block {
    const size = elementSize(this.type)
    return new Block(this.type, this.buffer, this.byteOffset + start * size, (end - start) * size)
  }

  /** The block as a typed array over the same memory. An item's bytes come as Uint8Array. */
  array(): Raw {
    const ctor = ctorOf(this.type) ?? (Uint8Array as never)
    return new ctor(this.buffer, this.byteOffset, this.byteLength / elementSize(this.type))
  }

  /** Copies `source`, which must be of the same byte length, over this block. Overlap is allowed. */
  set(source: Block): void {
    if (this.byteLength < 0x1_0000_0000) this.bytes().set(source.bytes())
    else (this.array() as Float64Array).set(source.array() as Float64Array)
  }

  /** New memory with the same contents. */
  copy(): Block {
    const copy = Block.allocate(this.type, this.byteLength)
    copy.set(this)
    return copy
  }

  /** Whether the two blocks are the very same bytes. */
  sameMemory(other: Block): boolean {
    return (
      this.buffer === other.buffer &&
      this.byteOffset === other.byteOffset &&
      this.byteLength === other.byteLength
    )
  }

  /** Whether the two blocks share at least one byte. */
  overlaps(other: Block): boolean {
    const start = Math.max(this.byteOffset, other.byteOffset)
    const end = Math.min(this.byteOffset + this.byteLength, other.byteOffset + other.byteLength)
    return this.buffer === other.buffer && start < end
  }
}
