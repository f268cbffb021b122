import type { Raw } from '../../wire/datatype.ts'
import { alltoallvShown } from './alltoall/on-board.ts'
import { checkOverlap } from './check.ts'
import { receiveCount, sendCount } from './counts.ts'
import type { Endpoint, Scope } from './endpoint.ts'
import { exchangeAll, FAN_WIDTH } from './exchange.ts'
import { signature } from './signature.ts'
import type { ArrayOf, ReceivedBlocks, VBlocks, VIntoOptions } from './types.ts'
import { blockAt, checkVBlocks, copyElements } from './v-blocks.ts'
import { checkVInto, place } from './v-into.ts'

/** `Communicator.alltoallv`, where it is documented. */
export function alltoallv<B extends Raw, I extends Raw = ArrayOf<B>>(
  scope: Scope,
  blocks: VBlocks<B>,
  options: VIntoOptions<I> = {},
): Promise<ReceivedBlocks<I>> {
  try {
    return checked(scope, blocks, options)
  } catch (error) {
    return Promise.reject(error)
  }
}

function checked<I extends Raw>(
  scope: Scope,
  blocks: VBlocks,
  options: VIntoOptions<I>,
): Promise<ReceivedBlocks<I>> {
  const given = checkVBlocks(scope, 'alltoallv', blocks)
  const { type } = given.whole
  const into = checkVInto(scope, 'alltoallv', options.into, type)
  if (into !== null) checkOverlap(scope, 'alltoallv', given.whole, into.whole, into.whole)
  const isInPlace = into?.whole.sameMemory(given.whole) === true
  const call = signature('alltoallv', { type })
  const placeFor = (counts: readonly number[]) => place(scope, 'alltoallv', into, type, counts)
  const { board } = scope
  if (board !== null) {
    const steps = alltoallvShown(board, given, isInPlace, placeFor)
    return scope.onBoard(call, options, steps) as Promise<ReceivedBlocks<I>>
  }
  if (scope.size === 1) {
    return scope.alone(call, options, () => {
      const placed = placeFor(given.counts)
      copyElements(given.data, given.displs[0]!, given.counts[0]!, placed.data, placed.displs[0]!)
      return placed.result as ReceivedBlocks<I>
    })
  }
  return scope.call(call, options, async (endpoint) => {
    const from = isInPlace ? { ...given, whole: given.whole.copy() } : given
    const counts = await exchangeCounts(endpoint, given.counts)
    const placed = placeFor(counts)
    const exchanging = exchangeAll(
      endpoint,
      FAN_WIDTH,
      async (dest) => given.counts[dest]! > 0 && endpoint.send(blockAt(from, dest), dest),
      async (source) => counts[source]! > 0 && endpoint.recvInto(blockAt(placed, source), source),
    )
    blockAt(placed, scope.rank).set(blockAt(from, scope.rank))
    await exchanging
    return placed.result as ReceivedBlocks<I>
  })
}

async function exchangeCounts(endpoint: Endpoint, sent: readonly number[]): Promise<number[]> {
  const counts = [...sent]
  await exchangeAll(
    endpoint,
    FAN_WIDTH,
    (dest) => sendCount(endpoint, sent[dest]!, dest),
    async (source) => {
      counts[source] = await receiveCount(endpoint, source)
    },
  )
  return counts
}
