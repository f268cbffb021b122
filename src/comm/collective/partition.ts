/** Cutting one run of elements in blocks, one per rank, and putting neighbours together again. */

import { Block } from '../../wire/block.ts'
import { elementSize } from '../../wire/datatype.ts'

/** Elements in a block; of an item, whose bytes are cut like an array's, its bytes. */
export function lengthOf(block: Block): number {
  return block.byteLength / elementSize(block.type)
}

/** Cuts a block in `parts` runs of elements, one after another, whose lengths differ by at most one. */
export function cut(block: Block, parts: number): Block[] {
  const length = lengthOf(block)
  const start = (part: number): number => Math.floor((part * length) / parts)
  return Array.from({ length: parts }, (_, part) => block.slice(start(part), start(part + 1)))
}

/** The neighbours `first` to `last` as one block. */
export function joined(first: Block, last: Block): Block {
  const end = last.byteOffset + last.byteLength
  return new Block(first.type, first.buffer, first.byteOffset, end - first.byteOffset)
}
