import type { Board } from '../../transport/board.ts'
import { Block } from '../../wire/block.ts'
import { decodeItem, encodeItem } from '../../wire/codec.ts'
import { ITEM, isRaw, type Raw, rawType } from '../../wire/datatype.ts'
import { bcastFromRoot, bcastToOthers, readAll } from './bcast/on-hosts.ts'
import { receiveAny, selectBcast } from './bcast/select.ts'
import { isShort, showShort, takeShort } from './board/short.ts'
import { arrays, type Steps, valueShown } from './board/steps.ts'
import { showToAll } from './board/windows.ts'
import { blockOf, checkFixed, checkOverlap, checkRoot, refuseInto, resultArray, where } from './check.ts'
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
export function bcast(
  scope: Scope,
  value: unknown,
  root = 0,
  options: IntoOptions | undefined = undefined,
): Promise<unknown> {
  try {
    checkRoot(scope, 'bcast', root)
    return scope.rank === root ? sendOut(scope, value, root, options) : takeIn(scope, value, root, options)
  } catch (error) {
    return Promise.reject(error)
  }
}

function sendOut(scope: Scope, value: unknown, root: number, options: IntoOptions | undefined) {
  const { board } = scope
  const given = options?.into
  if (!isRaw(value)) {
    refuseInto(scope, 'bcast', given, 'root passes an item')
    const bytes = Block.item(encodeItem(value, where(scope, 'bcast')))
    const call = signature('bcast', { root, type: ITEM, count: 1 })
    if (board !== null) return scope.onBoard(call, options, arrays(showToAll(board, bytes), value))
    const { hosts } = scope
    if (hosts !== null)
      return scope.onHosts(call, options, (far) => arrays(bcastFromRoot(hosts, far, root, bytes), value))
    return scope.call(call, options, async (endpoint) => {
      await selectBcast(bytes.byteLength, scope.size)(endpoint, root, bytes, null)
      return value
    })
  }
  if (board !== null && isShort(board, value.byteLength)) return sendShort(scope, board, value, root, options)
  const block = blockOf(scope, 'bcast', 'value', value)
  const { type, count } = block
  const result = given === undefined ? value : resultArray(scope, 'bcast', given, type, count)
  const copy = given === undefined ? block : Block.of(result)
  checkOverlap(scope, 'bcast', block, copy, copy)
  const call = signature('bcast', { root, type, count })
  if (board !== null)
    return scope.onBoard(call, options, copyAnd(showToAll(board, block), block, copy, result))
  const { hosts } = scope
  if (hosts !== null)
    return scope.onHosts(call, options, (far) =>
      copyAnd(bcastFromRoot(hosts, far, root, block), block, copy, result),
    )
  return scope.call(call, options, async (endpoint) => {
    const sending = selectBcast(block.byteLength, scope.size)(endpoint, root, block, null)
    if (!copy.sameMemory(block)) copy.set(block)
    await sending
    return result
  })
}

function sendShort(scope: Scope, board: Board, value: Raw, root: number, options: IntoOptions | undefined) {
  checkFixed(scope, 'bcast', 'value', value)
  const type = rawType(value)
  const count = value.length
  let result = value
  if (options?.into !== undefined) {
    result = resultArray(scope, 'bcast', options.into, type, count)
    if (result.buffer === value.buffer) {
      const whole = Block.of(result)
      checkOverlap(scope, 'bcast', Block.of(value), whole, whole)
    }
    ;(result as Uint8Array).set(value as Uint8Array)
  }
  return scope.onBoard(
    signature('bcast', { root, type, count }),
    options,
    showShort(board, type, value, result),
  )
}

function* copyAnd<T>(steps: Steps<void>, block: Block, copy: Block, result: T): Steps<T> {
  if (!copy.sameMemory(block)) copy.set(block)
  yield* steps
  return result
}

function takeIn(scope: Scope, value: unknown, root: number, options: IntoOptions | undefined) {
  const { board, hosts } = scope
  const given = options?.into ?? value
  if (board !== null && isRaw(given) && isShort(board, given.byteLength)) {
    checkFixed(scope, 'bcast', given === value ? 'value' : 'into', given)
    const type = rawType(given)
    const count = given.length
    const steps = takeShort(board, type, root, 0, count, given)
    return scope.onBoard(signature('bcast', { root, type, count }), options, steps)
  }
  const into = isRaw(given) ? blockOf(scope, 'bcast', given === value ? 'value' : 'into', given) : null
  if (into === null) refuseInto(scope, 'bcast', options?.into, 'it is not a typed array')
  if (into === null) {
    const call = signature('bcast', { root })
    if (board !== null) return scope.onBoard(call, options, valueShown(readAll(board, root, root, null)))
    if (hosts !== null)
      return scope.onHosts(call, options, (far) => valueShown(bcastToOthers(hosts, far, root, null)))
    return scope.call(call, options, async (endpoint) => {
      const block = await receiveAny(endpoint, root)
      return block.type === ITEM ? decodeItem(block.bytes()) : block.array()
    })
  }
  const { type, count } = into
  const call = signature('bcast', { root, type, count })
  if (board !== null) return scope.onBoard(call, options, arrays(readAll(board, root, root, into), given))
  if (hosts !== null)
    return scope.onHosts(call, options, (far) => arrays(bcastToOthers(hosts, far, root, into), given))
  return scope.call(call, options, async (endpoint) => {
    await selectBcast(into.byteLength, scope.size)(endpoint, root, null, into)
    return given
  })
}
