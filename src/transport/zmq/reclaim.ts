/**
 * Gives back the memory of a received message as soon as it has been taken.
 *
 * zeromq hands out a long message in memory of its own, which is freed when V8 has collected the Buffer around it.
 * V8 counts that memory and answers every 64 MiB of it with a collection of the whole heap, at full bandwidth
 * dozens of times a second; meanwhile the next messages come into ever new memory, which no cache knows. Taking
 * the memory away from its ArrayBuffer frees it at once. And malloc is told to keep some of it for the next message:
 * what it gives back the kernel has to clear again, which costs more than copying does.
 */

import { libc } from '../../system/libc.ts'
import { v8, vm } from '../../system/on-demand.ts'

/** Below this, what would be gained costs as much. */
const WORTH_BYTES = 32 << 10

/** Some windows of messages; what is longer than any message is of others. */
const KEPT_BYTES = 64 << 20
const LARGE_BYTES = 4 << 20

type Transfer = (this: ArrayBufferLike, length: number) => ArrayBuffer

/** Loading koffi takes as long as the kernel does for so much. */
const MANY_BYTES = 64 << 20

let transfer: Transfer | null | undefined
let reclaimed = 0

/** Frees the memory of `bytes`, which lie alone in their buffer and are of no use any more. */
export function reclaim(bytes: Uint8Array): void {
  if (bytes.length < WORTH_BYTES || bytes.length !== bytes.buffer.byteLength) return
  if (transfer === undefined) transfer = findTransfer()
  if (reclaimed < MANY_BYTES) {
    reclaimed += bytes.length
    if (reclaimed >= MANY_BYTES) libc()?.keepFreed(KEPT_BYTES, LARGE_BYTES)
  }
  transfer?.call(bytes.buffer, 0)
}

/** Node 20 has ArrayBuffer.prototype.transfer, but only in contexts that are made while a flag is set. */
function findTransfer(): Transfer | null {
  const found = (ArrayBuffer.prototype as { transfer?: Transfer }).transfer
  if (found !== undefined) return found
  v8().setFlagsFromString('--harmony-rab-gsab-transfer')
  try {
    return (vm().runInNewContext('ArrayBuffer.prototype.transfer') as Transfer | undefined) ?? null
  } catch {
    return null
  } finally {
    v8().setFlagsFromString('--no-harmony-rab-gsab-transfer')
  }
}
