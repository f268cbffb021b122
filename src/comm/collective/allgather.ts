import type { Board } from '../../transport/board.ts'
import { Block } from '../../wire/block.ts'
import { decodeItem, encodeItem } from '../../wire/codec.ts'
import { ITEM, isRaw, type Raw, rawType } from '../../wire/datatype.ts'
import { allgatherShown } from './allgather/on-board.ts'
import { allgatherItemsOnHosts, allgatherOnHosts } from './allgather/on-hosts.ts'
import { selectAllgather } from './allgather/select.ts'
import { allgatherItems } from './board/items.ts'
import { allgatherShort, isShort } from './board/short.ts'
import { arrays, values } from './board/steps.ts'
import { blockOf, checkFixed, checkOverlap, checkOwnBlock, refuseInto, resultArray, where } from './check.ts'
import type { Scope } from './endpoint.ts'
import { exchangeAll, FAN_WIDTH } from './exchange.ts'
import { signature } from './signature.ts'
import type { Gathered, IntoOptions } from './types.ts'

/** `Communicator.allgather`, where it is documented. */
export function allgather<B extends Raw>(
  scope: Scope,
  value: Raw,
  options: IntoOptions<B> & { readonly into: B },
): Promise<B>
export function allgather<T>(scope: Scope, value: T, options?: IntoOptions): Promise<Gathered<T>>
export function allgather(scope: Scope, value: unknown, options: IntoOptions = NONE): Promise<unknown> {
  try {
    return isRaw(value) ? gatherArrays(scope, value, options) : gatherItems(scope, value, options)
  } catch (error) {
    return Promise.reject(error)
  }
}

const NONE: IntoOptions = {}

function gatherArrays(scope: Scope, value: Raw, options: IntoOptions) {
  const { board } = scope
  if (board !== null && isShort(board, value.byteLength))
    return gatherShortArrays(scope, board, value, options)
  const mine = blockOf(scope, 'allgather', 'value', value)
  const { type, count } = mine
  const result = resultArray(scope, 'allgather', options.into, type, count * scope.size)
  const all = Block.of(result)
  const own = all.slice(scope.rank * count, (scope.rank + 1) * count)
  checkOverlap(scope, 'allgather', mine, all, own)
  const call = signature('allgather', { type, count })
  if (board !== null) return scope.onBoard(call, options, arrays(allgatherShown(board, mine, all), result))
  const { hosts } = scope
  if (hosts !== null)
    return scope.onHosts(call, options, (far) => arrays(allgatherOnHosts(hosts, far, mine, all), result))
  return scope.call(call, options, async (endpoint) => {
    const blocks = Array.from({ length: scope.size }, (_, r) => all.slice(r * count, (r + 1) * count))
    if (!own.sameMemory(mine)) own.set(mine)
    await selectAllgather(all.byteLength, scope.size)(endpoint, blocks)
    return result
  })
}

function gatherShortArrays(scope: Scope, board: Board, value: Raw, options: IntoOptions) {
  checkFixed(scope, 'allgather', 'value', value)
  const type = rawType(value)
  const count = value.length
  const all = resultArray(scope, 'allgather', options.into, type, count * scope.size)
  if (all.buffer === value.buffer) checkOwnBlock(scope, 'allgather', value, all, scope.rank)
  return scope.onBoard(
    signature('allgather', { type, count }),
    options,
    allgatherShort(board, type, value, all),
  )
}

// Items have lengths that nobody else knows, so each is a message of its own to everybody.
function gatherItems(scope: Scope, value: unknown, options: IntoOptions) {
  refuseInto(scope, 'allgather', options.into, 'items are gathered to a list')
  const mine = encodeItem(value, where(scope, 'allgather'))
  const call = signature('allgather', { type: ITEM, count: 1 })
  const { board, hosts } = scope
  if (board !== null) return scope.onBoard(call, options, values(allgatherItems(board, mine)))
  if (hosts !== null)
    return scope.onHosts(call, options, (far) => values(allgatherItemsOnHosts(hosts, far, mine)))
  return scope.call(call, options, async (endpoint) => {
    const list: unknown[] = new Array(scope.size)
    await exchangeAll(
      endpoint,
      FAN_WIDTH,
      (dest) => endpoint.send(Block.item(mine), dest),
      async (source) => {
        list[source] = decodeItem((await endpoint.recv(source)).bytes())
      },
    )
    list[scope.rank] = decodeItem(mine)
    return list
  })
}
