import type { Board } from '../../transport/board.ts'
import { Block } from '../../wire/block.ts'
import { allocate, isRaw, type Raw, rawType, type TypeCode } from '../../wire/datatype.ts'
import { SUM } from '../op/built-in.ts'
import { type Combine, toOp } from '../op/user.ts'
import type { Op } from '../op.ts'
import { isShort, reduceShort, showShort } from './board/short.ts'
import { arrays, finishedOn, type Steps } from './board/steps.ts'
import { ElementsCarrier } from './carrier/elements.ts'
import { type Item, ItemsCarrier } from './carrier/items.ts'
import { NumbersCarrier } from './carrier/numbers.ts'
import type { WholeArraysCarrier } from './carrier/whole-arrays.ts'
import { bytesToCarry, type Carrier, type Contribution } from './carrier.ts'
import { checkRoot, where } from './check.ts'
import { checkArrays, checkPair, contribute } from './contribution.ts'
import type { Endpoint, Scope } from './endpoint.ts'
import type { Far, Hosts } from './hosts/hosts.ts'
import { reduceItems, reduceNumber, reduceWholeArrays } from './reduce/on-board.ts'
import {
  type Between,
  reduceArraysOnHosts,
  reduceItemsOnHosts,
  reduceNumberOnHosts,
  reduceWholeArraysOnHosts,
} from './reduce/on-hosts.ts'
import { selectCarriedReduce, selectReduce, selectReduceOnBoard } from './reduce/select.ts'
import { NUMBER, signature } from './signature.ts'
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
export function reduce(
  scope: Scope,
  value: unknown,
  opLike: Op | Combine = SUM,
  root = 0,
  options?: IntoOptions,
): Promise<unknown> {
  try {
    const op = toOp(opLike, () => where(scope, 'reduce'))
    checkRoot(scope, 'reduce', root)
    const into = scope.rank === root ? options?.into : undefined
    if (scope.board !== null) return onBoard(scope, scope.board, value, op, root, into, options)
    const { hosts } = scope
    if (hosts?.layout.mayReduce(op, scope.byRank))
      return onHosts(scope, hosts, value, op, root, into, options)
    const contribution = contribute(scope, 'reduce', value, op, into)
    const { type, count } = contribution
    return scope.call(signature('reduce', { root, op: op.code, type, count }), options, (endpoint) =>
      run(endpoint, op, contribution, root, into, scope.byRank),
    )
  } catch (error) {
    return Promise.reject(error)
  }
}

function onBoard(
  scope: Scope,
  board: Board,
  value: unknown,
  op: Op,
  root: number,
  into: Raw | undefined,
  options: IntoOptions | undefined,
) {
  const isRoot = board.rank === root
  const start = <T>(type: TypeCode, count: number, steps: Steps<T>): Promise<T> =>
    scope.onBoard(signature('reduce', { root, op: op.code, type, count }), options, steps)
  if (typeof value === 'number' && into === undefined) {
    op.check(value, where(scope, 'reduce'))
    return start(NUMBER, 1, reduceNumber(board, new NumbersCarrier(op), value, root))
  }
  if (isRaw(value) && op.elementwise) {
    op.check(value, where(scope, 'reduce'))
    if (isShort(board, value.byteLength))
      return reduceShortArrays(scope, board, value, op, root, into, options)
    const { input, given } = checkArrays(scope, 'reduce', value, into)
    const result = isRoot ? (into ?? allocate(input.type, input.count)) : undefined
    const out = result === undefined ? input : (given ?? Block.of(result))
    const algorithm = selectReduceOnBoard(input.byteLength, board.size)
    return start(input.type, input.count, arrays(algorithm(board, op, input, out, root), result))
  }
  const { carrier, own, type, count } = contribute(scope, 'reduce', value, op, into)
  const steps =
    carrier instanceof ItemsCarrier
      ? reduceItems(board, carrier, own as Item, root)
      : reduceWholeArrays(board, carrier as WholeArraysCarrier, own as Raw, root)
  return start(type, count, finishedOn(isRoot, carrier, steps))
}

function onHosts(
  scope: Scope,
  hosts: Hosts,
  value: unknown,
  op: Op,
  root: number,
  into: Raw | undefined,
  options: IntoOptions | undefined,
) {
  const isRoot = scope.rank === root
  const start = <T>(type: TypeCode, count: number, steps: (far: Far) => Steps<T>): Promise<T> =>
    scope.onHosts(signature('reduce', { root, op: op.code, type, count }), options, steps)
  const { carrier, own, type, count } = contribute(scope, 'reduce', value, op, into)
  if (own instanceof Block) {
    const result = isRoot ? (into ?? allocate(type, count)) : undefined
    const out = result === undefined ? null : Block.of(result)
    return start(type, count, (far) =>
      arrays(
        reduceArraysOnHosts(hosts, far, op, own, out, root, (endpoint, block, vroot) =>
          reduceBlocks(endpoint, op, block, vroot, scope.byRank),
        ),
        result,
      ),
    )
  }
  const between = <P>(c: Carrier<P>): Between<P> => {
    return (endpoint, partial, vroot) => carried(endpoint, c, partial, vroot)
  }
  return start(type, count, (far) => {
    let steps: Steps<unknown>
    if (carrier instanceof NumbersCarrier)
      steps = reduceNumberOnHosts(hosts, far, carrier, own as number, root, between(carrier))
    else if (carrier instanceof ItemsCarrier)
      steps = reduceItemsOnHosts(hosts, far, carrier, own as Item, root, between(carrier))
    else {
      const whole = carrier as WholeArraysCarrier
      steps = reduceWholeArraysOnHosts(hosts, far, whole, own as Raw, root, between(whole))
    }
    return finishedOn(isRoot, carrier, steps)
  })
}

/** Combines blocks by messages; on root `block` serves as memory for the result, which may be in it or elsewhere. */
async function reduceBlocks(endpoint: Endpoint, op: Op, block: Block, root: number, byRank: boolean) {
  const algorithm = selectReduce(block.byteLength, endpoint.size, byRank)
  if (algorithm === null) {
    const carrier = new ElementsCarrier(op, block.type, block.count, undefined, false)
    return carried(endpoint, carrier, block, root)
  }
  await algorithm(endpoint, op, block, block, root)
  return endpoint.rank === root ? block : undefined
}

function carried<P>(endpoint: Endpoint, carrier: Carrier<P>, own: P, root: number): Promise<P | undefined> {
  return selectCarriedReduce(bytesToCarry(own), endpoint.size)(endpoint, carrier, own, root)
}

function reduceShortArrays(
  scope: Scope,
  board: Board,
  value: Raw,
  op: Op,
  root: number,
  into: Raw | undefined,
  options: IntoOptions | undefined,
) {
  const type = rawType(value)
  const count = value.length
  const inPlace = checkPair(scope, 'reduce', value, type, into)
  const call = signature('reduce', { root, op: op.code, type, count })
  if (board.rank !== root) return scope.onBoard(call, options, showShort(board, type, value, undefined))
  return scope.onBoard(
    call,
    options,
    reduceShort(board, op, type, value, inPlace, into ?? allocate(type, count)),
  )
}

async function run(
  endpoint: Endpoint,
  op: Op,
  { carrier, own, type, count }: Contribution,
  root: number,
  into: Raw | undefined,
  byRank: boolean,
) {
  const algorithm = own instanceof Block ? selectReduce(own.byteLength, endpoint.size, byRank) : null
  if (algorithm !== null) {
    const result = into ?? allocate(type, count)
    await algorithm(endpoint, op, own as Block, Block.of(result), root)
    return endpoint.rank === root ? result : undefined
  }
  const result = await carried(endpoint, carrier, own, root)
  return endpoint.rank === root ? carrier.finish(result) : undefined
}
