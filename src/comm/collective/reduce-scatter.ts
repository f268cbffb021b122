import { CountError } from '../../errors.ts'
import { Block } from '../../wire/block.ts'
import { encodeItem } from '../../wire/codec.ts'
import { elementSize, ITEM, type Raw, rawType, type TypeCode } from '../../wire/datatype.ts'
import { SUM } from '../op/built-in.ts'
import { type Combine, toOp } from '../op/user.ts'
import type { Op } from '../op.ts'
import { stepsAhead } from './alltoall.ts'
import { arrays, finished } from './board/steps.ts'
import { ElementsCarrier } from './carrier/elements.ts'
import { Item, ItemsCarrier } from './carrier/items.ts'
import { NumbersCarrier } from './carrier/numbers.ts'
import { WholeArraysCarrier } from './carrier/whole-arrays.ts'
import { checkFixed, checkList, checkOverlap, equalBlocks, refuseInto, resultArray, where } from './check.ts'
import { scalarType } from './contribution.ts'
import type { Scope } from './endpoint.ts'
import { FAN_WIDTH } from './exchange.ts'
import { cutOf } from './reduce-scatter/cut.ts'
import { directBlocks } from './reduce-scatter/direct.ts'
import {
  reduceScatterItems,
  reduceScatterNumbers,
  reduceScatterShown,
  reduceScatterWhole,
} from './reduce-scatter/on-board.ts'
import { pairwise } from './reduce-scatter/pairwise.ts'
import { reduceThenScatter } from './reduce-scatter/reduce-then-scatter.ts'
import { NUMBER, signature } from './signature.ts'
import type { ArrayOf, IntoOptions, OpLike, Reduced } from './types.ts'
import { integers, prefixSums, sum } from './v-blocks.ts'

/** Options of reduceScatter. */
export interface ReduceScatterOptions<B = Raw> extends IntoOptions<B> {
  /** Elements of the result that each rank gets, the same list on all ranks. Default: equal parts. */
  readonly counts?: ArrayLike<number> | undefined
}

/** `Communicator.reduceScatter`, where it is documented. */
export function reduceScatter<B extends Raw>(
  scope: Scope,
  values: Raw,
  op: OpLike<NoInfer<B>> | undefined,
  options: ReduceScatterOptions<B> & { readonly into: B },
): Promise<B>
export function reduceScatter<B extends Raw>(
  scope: Scope,
  values: B,
  op?: OpLike<NoInfer<B>>,
  options?: ReduceScatterOptions,
): Promise<ArrayOf<B>>
export function reduceScatter<T>(
  scope: Scope,
  values: readonly T[],
  op?: OpLike<NoInfer<T>>,
  options?: ReduceScatterOptions,
): Promise<Reduced<T>>
export function reduceScatter(
  scope: Scope,
  values: unknown,
  opLike: Op | Combine = SUM,
  options?: ReduceScatterOptions,
): Promise<unknown> {
  try {
    const op = toOp(opLike, () => where(scope, 'reduceScatter'))
    const type = rawType(values)
    if (type !== ITEM) return scatterArray(scope, values as Raw, type, op, options)
    checkList(scope, 'reduceScatter', values)
    return scatterItems(scope, values, op, options)
  } catch (error) {
    return Promise.reject(error)
  }
}

function scatterArray(
  scope: Scope,
  values: Raw,
  type: TypeCode,
  op: Op,
  options: ReduceScatterOptions | undefined,
): Promise<unknown> {
  op.check(values, where(scope, 'reduceScatter'))
  checkFixed(scope, 'reduceScatter', 'values', values)
  const { length } = values
  const counts = checkCounts(scope, values, options?.counts)
  const displs = prefixSums(counts)
  const [first, count] = [displs[scope.rank]!, counts[scope.rank]!]
  const result = resultArray(scope, 'reduceScatter', options?.into, type, count)
  const inPlace = result.buffer === values.buffer && isInPlace(scope, values, first, result)
  const call = signature('reduceScatter', { op: op.code, type, count: length })
  const { board } = scope
  if (board !== null && op.elementwise) {
    const cut = cutOf(counts)
    if (length * elementSize(type) <= board.cellBytes) {
      const steps = reduceScatterWhole(board, op, type, values, first, result, cut)
      return scope.onBoard(call, options, steps)
    }
    const steps = reduceScatterShown(board, op, Block.of(values), first, Block.of(result), cut)
    return scope.onBoard(call, options, arrays(steps, result))
  }
  const [input, out] = [Block.of(values), Block.of(result)]
  const part = (whole: Block, r: number): Block => whole.slice(displs[r]!, displs[r]! + counts[r]!)
  if (!op.elementwise) {
    const carrier = new WholeArraysCarrier(op, type, length, undefined)
    const whole = carrier.own(input)
    return scope.call(call, options, async (endpoint) => {
      await reduceThenScatter(endpoint, carrier, whole, part, out)
      return result
    })
  }
  const carrier = new ElementsCarrier(op, type, count, result, inPlace)
  const exchange = scope.byRank ? directBlocks : pairwise
  return scope.call(call, options, async (endpoint) => {
    const blocks = counts.map((_, r) => part(input, r))
    const ahead = stepsAhead(input.byteLength / scope.size)
    return carrier.finish(await exchange(endpoint, carrier, blocks, ahead))
  })
}

/** Whether the result goes to this rank's own block of `values`. Throws if it shares other memory with them. */
function isInPlace(scope: Scope, values: Raw, first: number, result: Raw): boolean {
  const [input, out] = [Block.of(values), Block.of(result)]
  const own = input.slice(first, first + out.count)
  checkOverlap(scope, 'reduceScatter', out, input, own)
  return own.sameMemory(out)
}

function scatterItems(
  scope: Scope,
  values: readonly unknown[],
  op: Op,
  options: ReduceScatterOptions | undefined,
): Promise<unknown> {
  const site = where(scope, 'reduceScatter')
  refuseInto(scope, 'reduceScatter', options?.into, 'a list of items gives an item')
  if (options?.counts !== undefined) {
    throw new CountError(
      `${site}: counts is given with a list, of which each rank gets one item; drop counts`,
    )
  }
  for (const value of values) op.check(value, site)
  const type = listType(values)
  const { board } = scope
  const call = signature('reduceScatter', { op: op.code, type, count: scope.size })
  const exchange = scope.byRank ? directBlocks : pairwise
  if (type === NUMBER) {
    const carrier = new NumbersCarrier(op)
    const numbers = [...(values as readonly number[])]
    if (board !== null && numbers.length * 8 <= board.cellBytes)
      return scope.onBoard(call, options, reduceScatterNumbers(board, carrier, numbers))
    return scope.call(call, options, (endpoint) => exchange(endpoint, carrier, numbers, FAN_WIDTH))
  }
  const carrier = new ItemsCarrier(op, site)
  const items = Array.from(values, (value) => Item.ofBytes(encodeItem(value, site)))
  if (board !== null)
    return scope.onBoard(call, options, finished(carrier, reduceScatterItems(board, carrier, items)))
  return scope.call(call, options, async (endpoint) =>
    carrier.finish(await exchange(endpoint, carrier, items, FAN_WIDTH)),
  )
}

function checkCounts(scope: Scope, values: Raw, given: ArrayLike<number> | undefined): number[] {
  if (given === undefined) {
    const count = equalBlocks(scope, 'reduceScatter', values, 'for blocks of different lengths give counts')
    return new Array<number>(scope.size).fill(count)
  }
  const counts = integers(scope, 'reduceScatter', 'counts', given)
  if (sum(counts) === values.length) return counts
  throw new CountError(
    `${where(scope, 'reduceScatter')}: counts add up to ${sum(counts)}, but there are ${values.length} elements`,
  )
}

/** The signature's type for a list: numbers or bigints if all of them are. */
function listType(values: readonly unknown[]): TypeCode {
  const type = scalarType(values[0])
  return values.every((value) => scalarType(value) === type) ? type : ITEM
}
