/** The items of a host's ranks on their way to another host: where they are, then all of them. */

import { Block } from '../../../wire/block.ts'
import { type packItems, unpackItems } from '../board/items.ts'
import type { Endpoint } from '../endpoint.ts'
import type { HostLayout } from './layout.ts'

export async function sendItems(
  endpoint: Endpoint,
  { ends, all }: ReturnType<typeof packItems>,
  dest: number,
): Promise<void> {
  await Promise.all([endpoint.send(Block.of(ends), dest), endpoint.send(all, dest)])
}

/** Those of `count` ranks. */
export async function receiveItems(endpoint: Endpoint, count: number, source: number): Promise<Uint8Array[]> {
  const ends = new Float64Array(count + 1)
  const coming = endpoint.recvInto(Block.of(ends), source)
  const all = await endpoint.recv(source)
  await coming
  return unpackItems(ends, all)
}

/** Puts the items of a host's ranks to their places among those of all. */
export function keepItems(
  { members }: HostLayout,
  host: number,
  items: readonly Uint8Array[],
  result: Uint8Array[],
): void {
  members[host]!.forEach((rank, i) => {
    result[rank] = items[i]!
  })
}
