import { Block } from '../../wire/block.ts'
import type { Raw } from '../../wire/datatype.ts'
import { checkOverlap, checkRoot, resultArray } from './check.ts'
import type { Scope } from './endpoint.ts'
import { FAN_WIDTH, others } from './exchange.ts'
import { scattervShown } from './scatter/on-board.ts'
import { signature } from './signature.ts'
import { takeFromRoot } from './take-from-root.ts'
import type { ArrayOf, IntoOptions, VBlocks } from './types.ts'
import { blockAt, checkVBlocks, copyElements } from './v-blocks.ts'

/** `Communicator.scatterv`, where it is documented. */
export function scatterv<B extends Raw>(
  scope: Scope,
  blocks: VBlocks | null | undefined,
  root: number | undefined,
  options: IntoOptions<B> & { readonly into: B },
): Promise<B>
export function scatterv<B extends Raw>(
  scope: Scope,
  blocks: VBlocks<B> | null | undefined,
  root?: number,
  options?: IntoOptions,
): Promise<ArrayOf<B>>
export async function scatterv(scope: Scope, blocks: unknown, root = 0, options: IntoOptions = {}) {
  checkRoot(scope, 'scatterv', root)
  if (scope.rank !== root) return takeFromRoot(scope, 'scatterv', root, options)
  const placed = checkVBlocks(scope, 'scatterv', blocks)
  const { type } = placed.whole
  const own = blockAt(placed, root)
  const result = resultArray(scope, 'scatterv', options.into, type, own.count)
  const mine = Block.of(result)
  checkOverlap(scope, 'scatterv', mine, placed.whole, own)
  const call = signature('scatterv', { root, type })
  const { board } = scope
  if (board !== null) return scope.onBoard(call, options, scattervShown(board, placed, mine, result))
  if (scope.size === 1) {
    return scope.alone(call, options, () => {
      copyElements(placed.data, placed.displs[0]!, placed.counts[0]!, result, 0)
      return result
    })
  }
  return scope.call(call, options, async (endpoint) => {
    const sending = others(endpoint, FAN_WIDTH, (dest) => endpoint.send(blockAt(placed, dest), dest))
    if (!mine.sameMemory(own)) mine.set(own)
    await sending
    return result
  })
}
