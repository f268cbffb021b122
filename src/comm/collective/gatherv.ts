import type { Raw } from '../../wire/datatype.ts'
import { arrays } from './board/steps.ts'
import { blockOf, checkRoot } from './check.ts'
import { receiveCount, sendCount } from './counts.ts'
import type { Endpoint, Scope } from './endpoint.ts'
import { FAN_WIDTH, others } from './exchange.ts'
import { gathervShown, showOfAnyLength } from './gather/on-board.ts'
import { signature } from './signature.ts'
import type { ArrayOf, ReceivedBlocks, VIntoOptions } from './types.ts'
import { blockAt, checkVArray, copyElements } from './v-blocks.ts'
import { checkVInto, checkVOverlap, place } from './v-into.ts'

/** `Communicator.gatherv`, where it is documented. */
export async function gatherv<B extends Raw, I extends Raw = ArrayOf<B>>(
  scope: Scope,
  value: B,
  root = 0,
  options: VIntoOptions<I> = {},
): Promise<ReceivedBlocks<I> | undefined> {
  checkRoot(scope, 'gatherv', root)
  checkVArray(scope, 'gatherv', value)
  const mine = blockOf(scope, 'gatherv', 'value', value)
  const call = signature('gatherv', { root, type: mine.type })
  const { board } = scope
  if (scope.rank !== root) {
    if (board !== null)
      return scope.onBoard(call, options, arrays(showOfAnyLength(board, mine, root), undefined))
    return scope.call(call, options, async (endpoint) => {
      await Promise.all([sendCount(endpoint, mine.count, root), mine.count > 0 && endpoint.send(mine, root)])
      return undefined
    })
  }
  const into = checkVInto(scope, 'gatherv', options.into, mine.type)
  checkVOverlap(scope, 'gatherv', mine, into)
  if (board !== null) {
    const steps = gathervShown(board, mine, (counts) => {
      const placed = place(scope, 'gatherv', into, mine.type, counts)
      return { blockAt: (r) => blockAt(placed, r), result: placed.result as ReceivedBlocks<I> }
    })
    return scope.onBoard(call, options, steps)
  }
  if (scope.size === 1) {
    return scope.alone(call, options, () => {
      const placed = place(scope, 'gatherv', into, mine.type, [mine.count])
      copyElements(value, 0, mine.count, placed.data, placed.displs[0]!)
      return placed.result as ReceivedBlocks<I>
    })
  }
  return scope.call(call, options, async (endpoint) => {
    const counts = await receiveCounts(endpoint, mine.count)
    const placed = place(scope, 'gatherv', into, mine.type, counts)
    const receiving = others(endpoint, FAN_WIDTH, async (source) => {
      if (counts[source]! > 0) await endpoint.recvInto(blockAt(placed, source), source)
    })
    const own = blockAt(placed, root)
    if (!own.sameMemory(mine)) own.set(mine)
    await receiving
    return placed.result as ReceivedBlocks<I>
  })
}

async function receiveCounts(endpoint: Endpoint, mine: number): Promise<number[]> {
  const counts: number[] = new Array(endpoint.size).fill(mine)
  await others(endpoint, FAN_WIDTH, async (source) => {
    counts[source] = await receiveCount(endpoint, source)
  })
  return counts
}
