import { TypeMismatchError } from '../../errors.ts'
import { decodeItem } from '../../wire/codec.ts'
import { ITEM, isRaw, type Raw } from '../../wire/datatype.ts'
import { describe } from '../op/domain.ts'
import { blockOf, where } from './check.ts'
import type { Scope } from './endpoint.ts'
import { signature } from './signature.ts'
import type { IntoOptions } from './types.ts'

/** What a rank other than root does in a scatter: receives its part, into `into` or as it comes. */
export async function takeFromRoot(
  scope: Scope,
  call: 'scatter' | 'scatterv',
  root: number,
  options: IntoOptions,
): Promise<unknown> {
  const into: Raw | undefined = options.into
  if (into === undefined) {
    return scope.call(signature(call, { root }), options, async (endpoint) => {
      const block = await endpoint.recv(root)
      return block.type === ITEM ? decodeItem(block.bytes()) : block.array()
    })
  }
  if (!isRaw(into)) {
    throw new TypeMismatchError(`${where(scope, call)}: into is ${describe(into)}; it must be a typed array`)
  }
  const block = blockOf(scope, call, 'into', into)
  // In a v form other ranks' counts are their own affair; the length of this block is checked as it comes.
  const count = call === 'scatter' ? block.count : -1
  return scope.call(signature(call, { root, type: block.type, count }), options, async (endpoint) => {
    await endpoint.recvInto(block, root)
    return into
  })
}
