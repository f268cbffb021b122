import { TypeMismatchError } from '../../errors.ts'
import { decodeItem } from '../../wire/codec.ts'
import { ITEM, isRaw, type Raw, rawType } from '../../wire/datatype.ts'
import { describe } from '../op/domain.ts'
import { isShort, takeShort } from './board/short.ts'
import { arrays } from './board/steps.ts'
import { blockOf, checkFixed, where } from './check.ts'
import type { Scope } from './endpoint.ts'
import { takeBlock, takeBlockOfAnyLength } from './scatter/on-board.ts'
import { scatterToOthers } from './scatter/on-hosts.ts'
import { signature } from './signature.ts'
import type { IntoOptions } from './types.ts'

/** What a rank other than root does in a scatter: receives its part, into `into` or as it comes. */
export function takeFromRoot(
  scope: Scope,
  call: 'scatter' | 'scatterv',
  root: number,
  options: IntoOptions,
): Promise<unknown> {
  const into: Raw | undefined = options.into
  const { board } = scope
  // Where blocks of a v form lie only root knows, so each is a message of its own.
  const hosts = call === 'scatter' ? scope.hosts : null
  const take = call === 'scatter' ? takeBlock : takeBlockOfAnyLength
  if (into === undefined) {
    if (board !== null) return scope.onBoard(signature(call, { root }), options, take(board, root, null))
    if (hosts !== null)
      return scope.onHosts(signature(call, { root }), options, (far) =>
        scatterToOthers(hosts, far, root, null),
      )
    return scope.call(signature(call, { root }), options, async (endpoint) => {
      const block = await endpoint.recv(root)
      return block.type === ITEM ? decodeItem(block.bytes()) : block.array()
    })
  }
  if (!isRaw(into)) {
    throw new TypeMismatchError(`${where(scope, call)}: into is ${describe(into)}; it must be a typed array`)
  }
  const total = into.length * scope.size
  if (board !== null && call === 'scatter' && isShort(board, total * into.BYTES_PER_ELEMENT)) {
    checkFixed(scope, call, 'into', into)
    const type = rawType(into)
    const steps = takeShort(board, type, root, scope.rank * into.length, total, into)
    return scope.onBoard(signature(call, { root, type, count: into.length }), options, steps)
  }
  const block = blockOf(scope, call, 'into', into)
  // In a v form other ranks' counts are their own affair; the length of this block is checked as it comes.
  const count = call === 'scatter' ? block.count : -1
  const known = signature(call, { root, type: block.type, count })
  if (board !== null) return scope.onBoard(known, options, arrays(take(board, root, block), into))
  if (hosts !== null)
    return scope.onHosts(known, options, (far) => arrays(scatterToOthers(hosts, far, root, block), into))
  return scope.call(known, options, async (endpoint) => {
    await endpoint.recvInto(block, root)
    return into
  })
}
