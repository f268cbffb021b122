import { Block } from '../../wire/block.ts'
import { decodeItem, encodeItem } from '../../wire/codec.ts'
import { ITEM, isRaw, type Raw } from '../../wire/datatype.ts'
import { receiveAny, selectBcast } from './bcast/select.ts'
import { blockOf, checkOverlap, checkRoot, refuseInto, resultArray, where } from './check.ts'
import type { Scope } from './endpoint.ts'
import { signature } from './signature.ts'
import type { IntoOptions } from './types.ts'

/** `Communicator.bcast`, where it is documented. */
export function bcast<B extends Raw>(
  scope: Scope,
  value: Raw | null | undefined,
  root: number | undefined,
  options: IntoOptions<B> & { readonly into: B },
): Promise<B>
export function bcast<T>(
  scope: Scope,
  value: T | null | undefined,
  root?: number,
  options?: IntoOptions,
): Promise<T>
export async function bcast(scope: Scope, value: unknown, root = 0, options: IntoOptions = {}) {
  checkRoot(scope, 'bcast', root)
  return scope.rank === root ? sendOut(scope, value, root, options) : takeIn(scope, value, root, options)
}

function sendOut(scope: Scope, value: unknown, root: number, options: IntoOptions) {
  if (!isRaw(value)) {
    refuseInto(scope, 'bcast', options.into, 'root passes an item')
    const bytes = Block.item(encodeItem(value, where(scope, 'bcast')))
    return scope.call(signature('bcast', { root, type: ITEM, count: 1 }), options, async (endpoint) => {
      await selectBcast(bytes.byteLength, scope.size)(endpoint, root, bytes, null)
      return value
    })
  }
  const block = blockOf(scope, 'bcast', 'value', value)
  const { type, count } = block
  const result = options.into === undefined ? value : resultArray(scope, 'bcast', options.into, type, count)
  const copy = Block.of(result)
  checkOverlap(scope, 'bcast', block, copy, copy)
  return scope.call(signature('bcast', { root, type, count }), options, async (endpoint) => {
    const sending = selectBcast(block.byteLength, scope.size)(endpoint, root, block, null)
    if (!copy.sameMemory(block)) copy.set(block)
    await sending
    return result
  })
}

function takeIn(scope: Scope, value: unknown, root: number, options: IntoOptions) {
  const given = options.into ?? value
  const into = isRaw(given) ? blockOf(scope, 'bcast', given === value ? 'value' : 'into', given) : null
  if (into === null) refuseInto(scope, 'bcast', options.into, 'it is not a typed array')
  if (into === null) {
    return scope.call(signature('bcast', { root }), options, async (endpoint) => {
      const block = await receiveAny(endpoint, root)
      return block.type === ITEM ? decodeItem(block.bytes()) : block.array()
    })
  }
  const { type, count } = into
  return scope.call(signature('bcast', { root, type, count }), options, async (endpoint) => {
    await selectBcast(into.byteLength, scope.size)(endpoint, root, null, into)
    return given
  })
}
