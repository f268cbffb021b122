/**
 * Plain trees in MessagePack. The one writer and the one reader are made for the first tree: the reader
 * loads msgpackr.
 */

import { TreeReader } from './tree-reader.ts'
import { TreeWriter } from './tree-writer.ts'

let writer: TreeWriter | null = null
let reader: TreeReader | null = null

/** Null if MessagePack does not carry `tree` exactly. */
export function encodeTree(tree: object): Uint8Array | null {
  const free = writer ?? new TreeWriter()
  // A getter in the tree may encode something itself.
  writer = null
  try {
    return free.write(tree)
  } finally {
    writer = free
  }
}

export function decodePacked(bytes: Uint8Array): unknown {
  reader ??= new TreeReader()
  return reader.read(bytes, 1)
}

export function decodeDictionary(bytes: Uint8Array): object {
  reader ??= new TreeReader()
  return reader.readDictionary(bytes)
}

export function decodeTable(bytes: Uint8Array): object[] {
  reader ??= new TreeReader()
  return reader.readTable(bytes)
}
