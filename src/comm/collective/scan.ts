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

/** `Communicator.scan`, where it is documented. */
export function scan<B extends Raw>(
  scope: Scope,
  value: Raw,
  op: OpLike<NoInfer<B>> | undefined,
  options: IntoOptions<B> & { readonly into: B },
): Promise<B>
export function scan<T>(
  scope: Scope,
  value: T,
  op?: OpLike<NoInfer<T>>,
  options?: IntoOptions,
): Promise<Reduced<T>>
export function scan(
  scope: Scope,
  value: unknown,
  opLike: Op | Combine = SUM,
  options?: IntoOptions,
): Promise<unknown> {
  try {
    const op = toOp(opLike, () => where(scope, 'scan'))
    const n = scope.rank + 1
    const { board } = scope
    const shown = board && scanOnBoard(scope, board, 'scan', value, op, n, options)
    if (shown !== null) return shown
    const { carrier, own, type, count } = contribute(scope, 'scan', value, op, options?.into)
    const call = signature('scan', { op: op.code, type, count })
    if (isChained(op, own, scope.size, scope.byRank)) {
      const result = options?.into ?? allocate(type, count)
      return scope.call(call, options, async (endpoint) => {
        await chain(endpoint, op, own, Block.of(result), false)
        return result
      })
    }
    return scope.call(call, options, async (endpoint) =>
      carrier.finish(
        await (scope.byRank ? byBlocks(endpoint, carrier, own, n) : doubling(endpoint, carrier, own)),
      ),
    )
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Distance doubling (Hillis, Steele 1986): before the round of distance d a rank's partial covers the d ranks
 * up to itself, or all of them if there are fewer. It sends it to the rank d above, and puts the one from
 * the rank d below in front of it.
 *
 * In rank order, for any op and number of ranks; ceil(lg p) (alpha + n beta + n gamma).
 */
async function doubling<P>(endpoint: Endpoint, carrier: Carrier<P>, own: P): Promise<P> {
  const { rank, size } = endpoint
  let mine = own
  for (let distance = 1; distance < size; distance *= 2) {
    const sending = rank + distance < size ? carrier.send(endpoint, mine, rank + distance) : null
    if (rank < distance) {
      await sending
      continue
    }
    const [theirs] = await Promise.all([carrier.receive(endpoint, rank - distance), sending])
    const both = carrier.combine(theirs, mine, theirs)
    carrier.release(mine)
    mine = both
  }
  return mine
}
