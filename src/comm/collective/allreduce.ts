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
import { recursiveDoubling } from './allreduce/recursive-doubling.ts'
import { reduceBcast } from './allreduce/reduce-bcast.ts'
import { isWhole, selectAllreduce } from './allreduce/select.ts'
import { arrays, finished, type Steps } from './board/steps.ts'
import { type Item, ItemsCarrier } from './carrier/items.ts'
import { NumbersCarrier } from './carrier/numbers.ts'
import { WholeArraysCarrier } from './carrier/whole-arrays.ts'
import type { Contribution } from './carrier.ts'
import { where } from './check.ts'
import { checkPair, contribute } from './contribution.ts'
import type { Endpoint, Scope } from './endpoint.ts'
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
    const contribution = contribute(scope, 'allreduce', value, op, options?.into)
    const { type, count } = contribution
    return scope.call(signature('allreduce', { op: op.code, type, count }), options, (endpoint) =>
      run(endpoint, op, contribution, options?.into),
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
    carrier.finish(await recursiveDoubling(endpoint, carrier, own)),
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
