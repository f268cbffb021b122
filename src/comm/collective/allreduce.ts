import type { Board } from '../../transport/board.ts'
import { Block } from '../../wire/block.ts'
import { allocate, elementSize, ITEM, type Raw, rawType, type TypeCode } from '../../wire/datatype.ts'
import { SUM } from '../op/built-in.ts'
import { type Combine, toOp } from '../op/user.ts'
import type { Op } from '../op.ts'
import {
  allreduceItems,
  allreduceItemsByRoot,
  allreduceNumber,
  allreduceSliced,
  allreduceWhole,
  allreduceWholeArrays,
} from './allreduce/on-board.ts'
import {
  allreduceByLanes,
  allreduceByLeaders,
  allreduceItemsOnHosts,
  allreduceNumberOnHosts,
  allreduceShortOnHosts,
  allreduceWholeArraysOnHosts,
  type Between,
} from './allreduce/on-hosts.ts'
import { recursiveDoubling } from './allreduce/recursive-doubling.ts'
import { reduceBcast } from './allreduce/reduce-bcast.ts'
import { isByLanes, isWhole, selectAllreduce, selectCarried } from './allreduce/select.ts'
import { isShort } from './board/short.ts'
import { arrays, finished, type Steps } from './board/steps.ts'
import { ElementsCarrier } from './carrier/elements.ts'
import { type Item, ItemsCarrier } from './carrier/items.ts'
import { NumbersCarrier } from './carrier/numbers.ts'
import { WholeArraysCarrier } from './carrier/whole-arrays.ts'
import { bytesToCarry, type Carrier, type Contribution } from './carrier.ts'
import { where } from './check.ts'
import { checkPair, contribute } from './contribution.ts'
import type { Endpoint, Scope } from './endpoint.ts'
import type { Far, Hosts } from './hosts/hosts.ts'
import { NUMBER, signature } from './signature.ts'
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
export function allreduce(
  scope: Scope,
  value: unknown,
  opLike: Op | Combine = SUM,
  options?: IntoOptions,
): Promise<unknown> {
  try {
    const op = toOp(opLike, () => where(scope, 'allreduce'))
    if (scope.board !== null) return onBoard(scope, scope.board, value, op, options)
    const { hosts } = scope
    if (hosts?.layout.mayReduce(op, scope.byRank)) return onHosts(scope, hosts, value, op, options)
    const contribution = contribute(scope, 'allreduce', value, op, options?.into)
    const { type, count } = contribution
    return scope.call(signature('allreduce', { op: op.code, type, count }), options, (endpoint) =>
      run(endpoint, op, contribution, options?.into, scope.byRank),
    )
  } catch (error) {
    return Promise.reject(error)
  }
}

function onBoard(scope: Scope, board: Board, value: unknown, op: Op, options: IntoOptions | undefined) {
  const into = options?.into
  const start = <T>(type: TypeCode, count: number, steps: Steps<T>): Promise<T> =>
    scope.onBoard(signature('allreduce', { op: op.code, type, count }), options, steps)
  if (typeof value === 'number' && into === undefined) {
    op.check(value, where(scope, 'allreduce'))
    return start(NUMBER, 1, allreduceNumber(board, new NumbersCarrier(op), value))
  }
  const type = rawType(value)
  if (type !== ITEM && op.elementwise) {
    op.check(value, where(scope, 'allreduce'))
    const input = value as Raw
    const inPlace = checkPair(scope, 'allreduce', input, type, into)
    const result = into ?? allocate(type, input.length)
    if (isWhole(input.length * elementSize(type), board.size, board.cellBytes)) {
      return start(type, input.length, allreduceWhole(board, op, type, input, inPlace, result))
    }
    const steps = allreduceSliced(board, op, Block.of(input), inPlace, Block.of(result))
    return start(type, input.length, arrays(steps, result))
  }
  const { carrier, own, type: kind, count } = contribute(scope, 'allreduce', value, op, into)
  if (carrier instanceof ItemsCarrier) {
    const algorithm = op.elementwise ? allreduceItems : allreduceItemsByRoot
    return start(kind, count, finished(carrier, algorithm(board, carrier, own as Item)))
  }
  if (carrier instanceof WholeArraysCarrier && (own as Raw).byteLength <= board.cellBytes) {
    return start(kind, count, finished(carrier, allreduceWholeArrays(board, carrier, own as Raw)))
  }
  return scope.call(signature('allreduce', { op: op.code, type: kind, count }), options, async (endpoint) =>
    carrier.finish(await carried(endpoint, carrier, own, scope.byRank)),
  )
}

function onHosts(scope: Scope, hosts: Hosts, value: unknown, op: Op, options: IntoOptions | undefined) {
  const into = options?.into
  const { byRank } = scope
  const start = <T>(type: TypeCode, count: number, steps: (far: Far) => Steps<T>): Promise<T> =>
    scope.onHosts(signature('allreduce', { op: op.code, type, count }), options, steps)
  if (typeof value === 'number' && into === undefined) {
    op.check(value, where(scope, 'allreduce'))
    const carrier = new NumbersCarrier(op)
    return start(NUMBER, 1, (far) =>
      allreduceNumberOnHosts(hosts, far, carrier, value, (endpoint, partial) =>
        carried(endpoint, carrier, partial, byRank),
      ),
    )
  }
  const type = rawType(value)
  if (type !== ITEM && op.elementwise) {
    op.check(value, where(scope, 'allreduce'))
    const input = value as Raw
    const inPlace = checkPair(scope, 'allreduce', input, type, into)
    const result = into ?? allocate(type, input.length)
    const between: Between = (endpoint, block) => reduceInPlace(endpoint, op, block, byRank)
    const bytes = input.length * elementSize(type)
    if (isShort(hosts.board, bytes)) {
      return start(type, input.length, (far) =>
        allreduceShortOnHosts(hosts, far, op, type, input, inPlace, result, between),
      )
    }
    const [from, to] = [Block.of(input), Block.of(result)]
    return start(type, input.length, (far) =>
      arrays(
        isByLanes(bytes, hosts.layout.least)
          ? allreduceByLanes(hosts, far, op, from, inPlace, to, between)
          : allreduceByLeaders(hosts, far, op, from, to, between),
        result,
      ),
    )
  }
  const { carrier, own, type: kind, count } = contribute(scope, 'allreduce', value, op, into)
  if (carrier instanceof ItemsCarrier) {
    const between = (endpoint: Endpoint, item: Item): Promise<Item> =>
      op.elementwise ? carried(endpoint, carrier, item, byRank) : reduceBcast(endpoint, carrier, item)
    return start(kind, count, (far) =>
      finished(carrier, allreduceItemsOnHosts(hosts, far, carrier, own as Item, between)),
    )
  }
  const whole = carrier as WholeArraysCarrier
  return start(kind, count, (far) =>
    finished(
      whole,
      allreduceWholeArraysOnHosts(hosts, far, whole, own as Raw, (endpoint, partial) =>
        carried(endpoint, whole, partial, byRank),
      ),
    ),
  )
}

/** Combines blocks by messages, in the memory that they lie in. */
async function reduceInPlace(endpoint: Endpoint, op: Op, block: Block, byRank: boolean): Promise<void> {
  const algorithm = selectAllreduce(block.byteLength, endpoint.size, op.commutative, byRank)
  if (algorithm !== null) return algorithm(endpoint, op, block, block)
  const carrier = new ElementsCarrier(op, block.type, block.count, undefined, false)
  block.set(await recursiveDoubling(endpoint, carrier, block))
}

function carried<P>(endpoint: Endpoint, carrier: Carrier<P>, own: P, byRank: boolean): Promise<P> {
  return selectCarried(bytesToCarry(own), endpoint.size, byRank)(endpoint, carrier, own)
}

async function run(
  endpoint: Endpoint,
  op: Op,
  contribution: Contribution,
  into: Raw | undefined,
  byRank: boolean,
) {
  const { carrier, own, type, count } = contribution
  if (own instanceof Block) {
    const algorithm = selectAllreduce(own.byteLength, endpoint.size, op.commutative, byRank)
    if (algorithm !== null) {
      const result = into ?? allocate(type, count)
      await algorithm(endpoint, op, own, Block.of(result))
      return result
    }
  }
  if (carrier instanceof ItemsCarrier && !op.elementwise) {
    return carrier.finish(await reduceBcast(endpoint, carrier, own as never))
  }
  return carrier.finish(await carried(endpoint, carrier, own, byRank))
}
