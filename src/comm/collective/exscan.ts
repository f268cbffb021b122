import { Block } from '../../wire/block.ts'
import { allocate, type Raw } from '../../wire/datatype.ts'
import { SUM } from '../op/built-in.ts'
import { type Combine, toOp } from '../op/user.ts'
import type { Op } from '../op.ts'
import type { Carrier } from './carrier.ts'
import { where } from './check.ts'
import { contribute } from './contribution.ts'
import type { Endpoint, Scope } from './endpoint.ts'
import { byBlocks } from './scan/by-blocks.ts'
import { chain } from './scan/chain.ts'
import { isChained, scanOnBoard } from './scan/select.ts'
import { signature } from './signature.ts'
import type { IntoOptions, OpLike, Reduced } from './types.ts'

/** `Communicator.exscan`, where it is documented. */
export function exscan<B extends Raw>(
  scope: Scope,
  value: Raw,
  op: OpLike<NoInfer<B>> | undefined,
  options: IntoOptions<B> & { readonly into: B },
): Promise<B | undefined>
export function exscan<T>(
  scope: Scope,
  value: T,
  op?: OpLike<NoInfer<T>>,
  options?: IntoOptions,
): Promise<Reduced<T> | undefined>
export function exscan(
  scope: Scope,
  value: unknown,
  opLike: Op | Combine = SUM,
  options?: IntoOptions,
): Promise<unknown> {
  try {
    const op = toOp(opLike, () => where(scope, 'exscan'))
    const n = scope.rank
    const { board } = scope
    const shown = board && scanOnBoard(scope, board, 'exscan', value, op, n, options)
    if (shown !== null) return shown
    const { carrier, own, type, count } = contribute(scope, 'exscan', value, op, options?.into)
    const call = signature('exscan', { op: op.code, type, count })
    if (isChained(op, own, scope.size, scope.byRank)) {
      const result = n === 0 ? undefined : (options?.into ?? allocate(type, count))
      return scope.call(call, options, async (endpoint) => {
        await chain(endpoint, op, own, result === undefined ? own : Block.of(result), true)
        return result
      })
    }
    return scope.call(call, options, async (endpoint) => {
      const below = await (scope.byRank
        ? byBlocks(endpoint, carrier, own, n)
        : doubling(endpoint, carrier, own))
      return endpoint.rank === 0 ? undefined : carrier.finish(below)
    })
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Distance doubling as in scan.ts, with two partials: one covers the ranks up to this one and is what others
 * get, one leaves this rank out and becomes the result.
 *
 * In rank order, for any op and number of ranks; ceil(lg p) (alpha + n beta + 2 n gamma). On rank 0 the
 * result means nothing.
 */
async function doubling<P>(endpoint: Endpoint, carrier: Carrier<P>, own: P): Promise<P> {
  const { rank, size } = endpoint
  let upToMe = own
  let below = own
  for (let distance = 1; distance < size; distance *= 2) {
    const sending = rank + distance < size ? carrier.send(endpoint, upToMe, rank + distance) : null
    if (rank < distance) {
      await sending
      continue
    }
    const [theirs] = await Promise.all([carrier.receive(endpoint, rank - distance), sending])
    if (rank + 2 * distance < size) {
      const both = carrier.combine(theirs, upToMe, carrier.scratch())
      carrier.release(upToMe)
      upToMe = both
    }
    if (distance === 1) below = theirs
    else {
      const both = carrier.combine(theirs, below, theirs)
      carrier.release(below)
      below = both
    }
  }
  return below
}
