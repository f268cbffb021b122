import { Block } from '../../wire/block.ts'
import type { Raw } from '../../wire/datatype.ts'
import { selectAllgather, selectAllgatherv } from './allgather/select.ts'
import { blockOf } from './check.ts'
import type { Endpoint, Scope } from './endpoint.ts'
import { signature } from './signature.ts'
import type { ArrayOf, ReceivedBlocks, VIntoOptions } from './types.ts'
import { blockAt, checkVArray } from './v-blocks.ts'
import { checkVInto, checkVOverlap, place } from './v-into.ts'

/**
 * Collects typed arrays of any lengths from all ranks on all ranks.
 *
 * All ranks call it with a typed array of the same element type; the lengths travel.
 * @param options `into`: `{ data, counts?, displs? }`. `data` may be longer than needed; `displs` says where
 *   each rank's block goes (default: one after another), and blocks must not overlap; `counts` must be what
 *   comes. The input may be this rank's own block of `data`, if counts or displs are given.
 * @returns `{ data, counts, displs }`. When it resolves the input may be overwritten.
 * @throws TypeMismatchError, CountError or BufferError for arguments; CollectiveMismatchError if another
 *   rank passes another type, or lengths that do not fit `into`.
 * @see MPI-4.1 §6.7
 */
export async function allgatherv<B extends Raw, I extends Raw = ArrayOf<B>>(
  scope: Scope,
  value: B,
  options: VIntoOptions<I> = {},
): Promise<ReceivedBlocks<I>> {
  checkVArray(scope, 'allgatherv', value)
  const mine = blockOf(scope, 'allgatherv', 'value', value)
  const { type } = mine
  const into = checkVInto(scope, 'allgatherv', options.into, type)
  checkVOverlap(scope, 'allgatherv', mine, into)
  return scope.call(signature('allgatherv', { type }), options, async (endpoint) => {
    const counts = await allgatherCounts(endpoint, mine.count)
    const placed = place(scope, 'allgatherv', into, type, counts)
    const blocks = counts.map((_, r) => blockAt(placed, r))
    const own = blocks[scope.rank]!
    if (!own.sameMemory(mine)) own.set(mine)
    const total = blocks.reduce((bytes, block) => bytes + block.byteLength, 0)
    await selectAllgatherv(total)(endpoint, blocks)
    return placed.result as ReceivedBlocks<I>
  })
}

async function allgatherCounts(endpoint: Endpoint, mine: number): Promise<number[]> {
  const counts = new Float64Array(endpoint.size)
  counts[endpoint.rank] = mine
  const all = Block.of(counts)
  const blocks = Array.from(counts, (_, r) => all.slice(r, r + 1))
  await selectAllgather(all.byteLength, endpoint.size)(endpoint, blocks)
  return Array.from(counts)
}
