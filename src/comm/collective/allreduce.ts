import { Block } from '../../wire/block.ts'
import { allocate, type Raw } from '../../wire/datatype.ts'
import { SUM } from '../op/built-in.ts'
import { type Combine, toOp } from '../op/user.ts'
import type { Op } from '../op.ts'
import { recursiveDoubling } from './allreduce/recursive-doubling.ts'
import { reduceBcast } from './allreduce/reduce-bcast.ts'
import { selectAllreduce } from './allreduce/select.ts'
import { ItemsCarrier } from './carrier/items.ts'
import type { Contribution } from './carrier.ts'
import { where } from './check.ts'
import { contribute } from './contribution.ts'
import type { Endpoint, Scope } from './endpoint.ts'
import { signature } from './signature.ts'
import type { IntoOptions, OpLike, Reduced } from './types.ts'

/** `Communicator.allreduce`, where it is documented. */
export function allreduce<B extends Raw>(
  scope: Scope,
  value: Raw,
  op: OpLike<NoInfer<B>> | undefined,
  options: IntoOptions<B> & { readonly into: B },
): Promise<B>
export function allreduce<T>(
  scope: Scope,
  value: T,
  op?: OpLike<NoInfer<T>>,
  options?: IntoOptions,
): Promise<Reduced<T>>
export async function allreduce(
  scope: Scope,
  value: unknown,
  opLike: Op | Combine = SUM,
  options: IntoOptions = {},
) {
  const op = toOp(opLike, () => where(scope, 'allreduce'))
  const { into } = options
  const contribution = contribute(scope, 'allreduce', value, op, into)
  const { type, count } = contribution
  return scope.call(signature('allreduce', { op: op.code, type, count }), options, (endpoint) =>
    run(endpoint, op, contribution, into),
  )
}

async function run(endpoint: Endpoint, op: Op, contribution: Contribution, into: Raw | undefined) {
  const { carrier, own, type, count } = contribution
  if (own instanceof Block) {
    const algorithm = selectAllreduce(own.byteLength, endpoint.size, op.commutative)
    if (algorithm !== null) {
      const result = into ?? allocate(type, count)
      await algorithm(endpoint, op, own, Block.of(result))
      return result
    }
  }
  if (carrier instanceof ItemsCarrier && !op.elementwise) {
    return carrier.finish(await reduceBcast(endpoint, carrier, own as never))
  }
  return carrier.finish(await recursiveDoubling(endpoint, carrier, own))
}
