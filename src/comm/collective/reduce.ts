import { Block } from '../../wire/block.ts'
import { allocate, type Raw } from '../../wire/datatype.ts'
import { SUM } from '../op/built-in.ts'
import { type Combine, toOp } from '../op/user.ts'
import type { Op } from '../op.ts'
import type { Contribution } from './carrier.ts'
import { checkRoot, where } from './check.ts'
import { contribute } from './contribution.ts'
import type { Endpoint, Scope } from './endpoint.ts'
import { binomial } from './reduce/binomial.ts'
import { selectReduce } from './reduce/select.ts'
import { signature } from './signature.ts'
import type { IntoOptions, OpLike, Reduced } from './types.ts'

/** `Communicator.reduce`, where it is documented. */
export function reduce<B extends Raw>(
  scope: Scope,
  value: Raw,
  op: OpLike<NoInfer<B>> | undefined,
  root: number | undefined,
  options: IntoOptions<B> & { readonly into: B },
): Promise<B | undefined>
export function reduce<T>(
  scope: Scope,
  value: T,
  op?: OpLike<NoInfer<T>>,
  root?: number,
  options?: IntoOptions,
): Promise<Reduced<T> | undefined>
export async function reduce(
  scope: Scope,
  value: unknown,
  opLike: Op | Combine = SUM,
  root = 0,
  options: IntoOptions = {},
) {
  const op = toOp(opLike, () => where(scope, 'reduce'))
  checkRoot(scope, 'reduce', root)
  const into = scope.rank === root ? options.into : undefined
  const contribution = contribute(scope, 'reduce', value, op, into)
  const { type, count } = contribution
  return scope.call(signature('reduce', { root, op: op.code, type, count }), options, (endpoint) =>
    run(endpoint, op, contribution, root, into),
  )
}

async function run(
  endpoint: Endpoint,
  op: Op,
  { carrier, own, type, count }: Contribution,
  root: number,
  into: Raw | undefined,
) {
  const algorithm = own instanceof Block ? selectReduce(own.byteLength, endpoint.size) : null
  if (algorithm !== null) {
    const result = into ?? allocate(type, count)
    await algorithm(endpoint, op, own as Block, Block.of(result), root)
    return endpoint.rank === root ? result : undefined
  }
  const result = await binomial(endpoint, carrier, own, root)
  return endpoint.rank === root ? carrier.finish(result) : undefined
}
