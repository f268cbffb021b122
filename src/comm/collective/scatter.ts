import type { Board } from '../../transport/board.ts'
import { Block } from '../../wire/block.ts'
import { decodeItem, encodeItem } from '../../wire/codec.ts'
import { ITEM, isRaw, type Raw, rawType } from '../../wire/datatype.ts'
import { scatterItems } from './board/items.ts'
import { isShort, pick, showShort } from './board/short.ts'
import type { Steps } from './board/steps.ts'
import {
  blockOf,
  checkFixed,
  checkList,
  checkOverlap,
  checkRoot,
  equalBlocks,
  refuseInto,
  resultArray,
  where,
} from './check.ts'
import type { Scope } from './endpoint.ts'
import { FAN_WIDTH, others } from './exchange.ts'
import { scatterShown } from './scatter/on-board.ts'
import { scatterFromRoot, scatterItemsFromRoot } from './scatter/on-hosts.ts'
import { signature } from './signature.ts'
import { takeFromRoot } from './take-from-root.ts'
import type { ArrayOf, IntoOptions } from './types.ts'

/** `Communicator.scatter`, where it is documented. */
export function scatter<B extends Raw>(
  scope: Scope,
  values: Raw | null | undefined,
  root: number | undefined,
  options: IntoOptions<B> & { readonly into: B },
): Promise<B>
export function scatter<B extends Raw>(
  scope: Scope,
  values: B | null | undefined,
  root?: number,
  options?: IntoOptions,
): Promise<ArrayOf<B>>
export function scatter<T>(
  scope: Scope,
  values: readonly T[] | null | undefined,
  root?: number,
  options?: IntoOptions,
): Promise<T>
export function scatter(
  scope: Scope,
  values: unknown,
  root = 0,
  options: IntoOptions = NONE,
): Promise<unknown> {
  try {
    checkRoot(scope, 'scatter', root)
    if (scope.rank !== root) return takeFromRoot(scope, 'scatter', root, options)
    if (isRaw(values)) return scatterArray(scope, values, root, options)
    checkList(scope, 'scatter', values)
    return scatterList(scope, values, root, options)
  } catch (error) {
    return Promise.reject(error)
  }
}

const NONE: IntoOptions = {}

/** Linear: root sends each rank its block. Root takes (p - 1)(o + n beta); see gather.ts. */
function scatterArray(scope: Scope, values: Raw, root: number, options: IntoOptions) {
  const count = equalBlocks(scope, 'scatter', values, 'for blocks of different lengths use scatterv')
  const { board } = scope
  if (board !== null && isShort(board, values.byteLength))
    return scatterShort(scope, board, values, count, root, options)
  const all = blockOf(scope, 'scatter', 'values', values)
  const { type } = all
  const block = (rank: number): Block => all.slice(rank * count, (rank + 1) * count)
  const result = resultArray(scope, 'scatter', options.into, type, count)
  const mine = Block.of(result)
  checkOverlap(scope, 'scatter', mine, all, block(root))
  const call = signature('scatter', { root, type, count })
  if (board !== null) return scope.onBoard(call, options, scatterShown(board, all, block(root), mine, result))
  const { hosts } = scope
  if (hosts !== null)
    return scope.onHosts(call, options, (far) =>
      scatterFromRoot(hosts, far, root, all, block(root), mine, result),
    )
  return scope.call(call, options, async (endpoint) => {
    const sending = others(endpoint, FAN_WIDTH, (dest) => endpoint.send(block(dest), dest))
    if (!mine.sameMemory(block(root))) mine.set(block(root))
    await sending
    return result
  })
}

function scatterShort(
  scope: Scope,
  board: Board,
  values: Raw,
  count: number,
  root: number,
  options: IntoOptions,
) {
  checkFixed(scope, 'scatter', 'values', values)
  const type = rawType(values)
  const mine = resultArray(scope, 'scatter', options.into, type, count)
  if (mine.buffer === values.buffer) {
    const all = Block.of(values)
    checkOverlap(scope, 'scatter', Block.of(mine), all, all.slice(root * count, (root + 1) * count))
  }
  pick(type, values, root * count, mine)
  return scope.onBoard(
    signature('scatter', { root, type, count }),
    options,
    showShort(board, type, values, mine),
  )
}

function scatterList(scope: Scope, values: readonly unknown[], root: number, options: IntoOptions) {
  refuseInto(scope, 'scatter', options.into, 'root passes a list of items')
  const items = Array.from(values, (value) => encodeItem(value, where(scope, 'scatter')))
  const call = signature('scatter', { root, type: ITEM, count: 1 })
  const { board } = scope
  if (board !== null) return scope.onBoard(call, options, ownItem(scatterItems(board, items), items[root]!))
  const { hosts } = scope
  if (hosts !== null)
    return scope.onHosts(call, options, (far) =>
      ownItem(scatterItemsFromRoot(hosts, far, root, items), items[root]!),
    )
  return scope.call(call, options, async (endpoint) => {
    await others(endpoint, FAN_WIDTH, (dest) => endpoint.send(Block.item(items[dest]!), dest))
    return decodeItem(items[root]!)
  })
}

function* ownItem(steps: Steps<void>, item: Uint8Array): Steps<unknown> {
  const value = decodeItem(item)
  yield* steps
  return value
}
