import { Block } from '../../wire/block.ts'
import { decodeItem, encodeItem } from '../../wire/codec.ts'
import { ITEM, isRaw, type Raw } from '../../wire/datatype.ts'
import { selectAllgather } from './allgather/select.ts'
import { blockOf, checkOverlap, refuseInto, resultArray, where } from './check.ts'
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
export async function allgather(scope: Scope, value: unknown, options: IntoOptions = {}) {
  return isRaw(value) ? gatherArrays(scope, value, options) : gatherItems(scope, value, options)
}

function gatherArrays(scope: Scope, value: Raw, options: IntoOptions) {
  const mine = blockOf(scope, 'allgather', 'value', value)
  const { type, count } = mine
  const result = resultArray(scope, 'allgather', options.into, type, count * scope.size)
  const all = Block.of(result)
  const blocks = Array.from({ length: scope.size }, (_, r) => all.slice(r * count, (r + 1) * count))
  const own = blocks[scope.rank]!
  checkOverlap(scope, 'allgather', mine, all, own)
  return scope.call(signature('allgather', { type, count }), options, async (endpoint) => {
    if (!own.sameMemory(mine)) own.set(mine)
    await selectAllgather(all.byteLength, scope.size)(endpoint, blocks)
    return result
  })
}

// Items have lengths that nobody else knows, so each is a message of its own to everybody.
function gatherItems(scope: Scope, value: unknown, options: IntoOptions) {
  refuseInto(scope, 'allgather', options.into, 'items are gathered to a list')
  const mine = encodeItem(value, where(scope, 'allgather'))
  return scope.call(signature('allgather', { type: ITEM, count: 1 }), options, async (endpoint) => {
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
