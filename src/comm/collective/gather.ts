import type { Board } from '../../transport/board.ts'
import { Block } from '../../wire/block.ts'
import { decodeItem, encodeItem } from '../../wire/codec.ts'
import { ITEM, isRaw, type Raw, rawType } from '../../wire/datatype.ts'
import { gatherItems } from './board/items.ts'
import { gatherShort, isShort, showShort } from './board/short.ts'
import { arrays, values } from './board/steps.ts'
import {
  blockOf,
  checkFixed,
  checkOverlap,
  checkOwnBlock,
  checkRoot,
  refuseInto,
  resultArray,
  where,
} from './check.ts'
import type { Scope } from './endpoint.ts'
import { FAN_WIDTH, others } from './exchange.ts'
import { gatherShown, showTo } from './gather/on-board.ts'
import { gatherItemsOnHosts, gatherOnHosts } from './gather/on-hosts.ts'
import { signature } from './signature.ts'
import type { Gathered, IntoOptions } from './types.ts'

/** `Communicator.gather`, where it is documented. */
export function gather<B extends Raw>(
  scope: Scope,
  value: Raw,
  root: number | undefined,
  options: IntoOptions<B> & { readonly into: B },
): Promise<B | undefined>
export function gather<T>(
  scope: Scope,
  value: T,
  root?: number,
  options?: IntoOptions,
): Promise<Gathered<T> | undefined>
export function gather(
  scope: Scope,
  value: unknown,
  root = 0,
  options: IntoOptions = NONE,
): Promise<unknown> {
  try {
    checkRoot(scope, 'gather', root)
    return isRaw(value)
      ? gatherArrays(scope, value, root, options)
      : gatherItemsTo(scope, value, root, options)
  } catch (error) {
    return Promise.reject(error)
  }
}

const NONE: IntoOptions = {}

/** Beyond it copying a block for the sake of a message less costs more than the message. */
const LONGEST_BY_HOSTS = 32 * 1024

/**
 * Linear: every rank sends to root, which receives each block into its place.
 * Root takes (p - 1)(o + n beta); a tree would forward most bytes twice to save root a few microseconds each.
 */
function gatherArrays(scope: Scope, value: Raw, root: number, options: IntoOptions) {
  const { board } = scope
  if (board !== null && isShort(board, value.byteLength))
    return gatherShortArrays(scope, board, value, root, options)
  const mine = blockOf(scope, 'gather', 'value', value)
  const { type, count } = mine
  const call = signature('gather', { root, type, count })
  const hosts = mine.byteLength <= LONGEST_BY_HOSTS ? scope.hosts : null
  if (scope.rank !== root) {
    if (board !== null) return scope.onBoard(call, options, arrays(showTo(board, mine, root), undefined))
    if (hosts !== null)
      return scope.onHosts(call, options, (far) =>
        arrays(gatherOnHosts(hosts, far, mine, null, root), undefined),
      )
    return scope.call(call, options, async (endpoint) => {
      await endpoint.send(mine, root)
      return undefined
    })
  }
  const result = resultArray(scope, 'gather', options.into, type, count * scope.size)
  const all = Block.of(result)
  const place = (rank: number): Block => all.slice(rank * count, (rank + 1) * count)
  checkOverlap(scope, 'gather', mine, all, place(root))
  if (board !== null) return scope.onBoard(call, options, arrays(gatherShown(board, mine, all, root), result))
  if (hosts !== null)
    return scope.onHosts(call, options, (far) => arrays(gatherOnHosts(hosts, far, mine, all, root), result))
  return scope.call(call, options, async (endpoint) => {
    const receiving = others(endpoint, FAN_WIDTH, (source) => endpoint.recvInto(place(source), source))
    if (!mine.sameMemory(place(root))) place(root).set(mine)
    await receiving
    return result
  })
}

function gatherShortArrays(scope: Scope, board: Board, value: Raw, root: number, options: IntoOptions) {
  checkFixed(scope, 'gather', 'value', value)
  const type = rawType(value)
  const count = value.length
  const call = signature('gather', { root, type, count })
  if (scope.rank !== root) return scope.onBoard(call, options, showShort(board, type, value, undefined))
  const all = resultArray(scope, 'gather', options.into, type, count * scope.size)
  if (all.buffer === value.buffer) checkOwnBlock(scope, 'gather', value, all, root)
  return scope.onBoard(call, options, gatherShort(board, type, value, all))
}

function gatherItemsTo(scope: Scope, value: unknown, root: number, options: IntoOptions) {
  const mine = encodeItem(value, where(scope, 'gather'))
  const call = signature('gather', { root, type: ITEM, count: 1 })
  const { board, hosts } = scope
  if (scope.rank !== root) {
    if (board !== null) return scope.onBoard(call, options, arrays(gatherItems(board, mine, root), undefined))
    if (hosts !== null)
      return scope.onHosts(call, options, (far) =>
        arrays(gatherItemsOnHosts(hosts, far, mine, root), undefined),
      )
    return scope.call(call, options, async (endpoint) => {
      await endpoint.send(Block.item(mine), root)
      return undefined
    })
  }
  refuseInto(scope, 'gather', options.into, 'items are gathered to a list')
  if (board !== null) return scope.onBoard(call, options, values(gatherItems(board, mine, root)))
  if (hosts !== null)
    return scope.onHosts(call, options, (far) => values(gatherItemsOnHosts(hosts, far, mine, root)))
  return scope.call(call, options, async (endpoint) => {
    const list: unknown[] = new Array(scope.size)
    await others(endpoint, FAN_WIDTH, async (source) => {
      list[source] = decodeItem((await endpoint.recv(source)).bytes())
    })
    list[root] = decodeItem(mine)
    return list
  })
}
