import { Block } from '../../wire/block.ts'
import type { Raw } from '../../wire/datatype.ts'
import { selectAllgather, selectAllgatherv } from './allgather/select.ts'
import { blockOf } from './check.ts'
import type { Endpoint, Scope } from './endpoint.ts'
import { allgathervShown } from './gather/on-board.ts'
import { signature } from './signature.ts'
import type { ArrayOf, ReceivedBlocks, VIntoOptions } from './types.ts'
import { blockAt, checkVArray, copyElements } from './v-blocks.ts'
import { checkVInto, checkVOverlap, place } from './v-into.ts'

/** `Communicator.allgatherv`, where it is documented. */
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
  const call = signature('allgatherv', { type })
  const { board } = scope
  if (board !== null) {
    const steps = allgathervShown(board, mine, (counts) => {
      const placed = place(scope, 'allgatherv', into, type, counts)
      return { blockAt: (r) => blockAt(placed, r), result: placed.result as ReceivedBlocks<I> }
    })
    return scope.onBoard(call, options, steps)
  }
  if (scope.size === 1) {
    return scope.alone(call, options, () => {
      const placed = place(scope, 'allgatherv', into, type, [mine.count])
      copyElements(value, 0, mine.count, placed.data, placed.displs[0]!)
      return placed.result as ReceivedBlocks<I>
    })
  }
  return scope.call(call, options, async (endpoint) => {
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
