import type { Board } from '../../transport/board.ts'
import { Block } from '../../wire/block.ts'
import { decodeItem, encodeItem } from '../../wire/codec.ts'
import { ITEM, isRaw, type Raw, rawType } from '../../wire/datatype.ts'
import { alltoallShown } from './alltoall/on-board.ts'
import { alltoallItems } from './board/items.ts'
import { alltoallShort, isShort } from './board/short.ts'
import { arrays, values as itemValues } from './board/steps.ts'
import {
  blockOf,
  checkFixed,
  checkList,
  checkOverlap,
  equalBlocks,
  refuseInto,
  resultArray,
  where,
} from './check.ts'
import type { Scope } from './endpoint.ts'
import { exchangeAll, FAN_WIDTH } from './exchange.ts'
import { signature } from './signature.ts'
import type { ArrayOf, IntoOptions } from './types.ts'

/** Blocks of which so many bytes are under way at once per rank keep the links busy; more only wait. */
const BYTES_AHEAD = 1024 * 1024

/** `Communicator.alltoall`, where it is documented. */
export function alltoall<B extends Raw>(
  scope: Scope,
  values: Raw,
  options: IntoOptions<B> & { readonly into: B },
): Promise<B>
export function alltoall<B extends Raw>(scope: Scope, values: B, options?: IntoOptions): Promise<ArrayOf<B>>
export function alltoall<T>(scope: Scope, values: readonly T[], options?: IntoOptions): Promise<T[]>
export function alltoall(scope: Scope, values: unknown, options: IntoOptions = NONE): Promise<unknown> {
  try {
    if (isRaw(values)) return exchangeArrays(scope, values, options)
    checkList(scope, 'alltoall', values)
    return exchangeItems(scope, values, options)
  } catch (error) {
    return Promise.reject(error)
  }
}

const NONE: IntoOptions = {}

/**
 * Direct: every block is one message, in p - 1 steps with another pair of peers each. How many steps run at
 * once depends on the blocks: all of short ones, alpha + (p - 1)(o + n beta), and one of long ones (pairwise
 * exchange), (p - 1)(alpha + n beta), which asks no rank to take in several at a time.
 *
 * Between hosts as well. By leaders, who combine what goes from one host to another, blocks of 8 to 1024 bytes took
 * 0.75 to 2.3 times as long with 2 x 4 ranks, as long with 2 x 8, and 1.2 to 3.4 times with 3 x 4, roughly measured
 * with all hosts on one busy machine: no reason yet to prefer it to one rule for all.
 */
function exchangeArrays(scope: Scope, values: Raw, options: IntoOptions) {
  const count = equalBlocks(scope, 'alltoall', values, 'for blocks of different lengths use alltoallv')
  const { board } = scope
  if (board !== null && isShort(board, values.byteLength))
    return exchangeShort(scope, board, values, count, options)
  const input = blockOf(scope, 'alltoall', 'values', values)
  const { type } = input
  const result = resultArray(scope, 'alltoall', options.into, type, values.length)
  const output = Block.of(result)
  checkOverlap(scope, 'alltoall', input, output, output)
  // What is shown in a cell is a copy already.
  const mustCopy = input.sameMemory(output) && (board === null || input.byteLength > board.cellBytes)
  const from = mustCopy && scope.size > 1 ? input.copy() : input
  const call = signature('alltoall', { type, count })
  if (board !== null) return scope.onBoard(call, options, arrays(alltoallShown(board, from, output), result))
  if (scope.size === 1) {
    return scope.alone(call, options, () => {
      if (!input.sameMemory(output)) output.set(input)
      return result
    })
  }
  const block = (whole: Block, r: number): Block => whole.slice(r * count, (r + 1) * count)
  return scope.call(call, options, async (endpoint) => {
    const exchanging = exchangeAll(
      endpoint,
      stepsAhead(output.byteLength / scope.size),
      (dest) => endpoint.send(block(from, dest), dest),
      (source) => endpoint.recvInto(block(output, source), source),
    )
    block(output, scope.rank).set(block(from, scope.rank))
    await exchanging
    return result
  })
}

function exchangeShort(scope: Scope, board: Board, values: Raw, count: number, options: IntoOptions) {
  checkFixed(scope, 'alltoall', 'values', values)
  const type = rawType(values)
  const output = resultArray(scope, 'alltoall', options.into, type, values.length)
  if (output.buffer === values.buffer) {
    const whole = Block.of(output)
    checkOverlap(scope, 'alltoall', Block.of(values), whole, whole)
  }
  return scope.onBoard(
    signature('alltoall', { type, count }),
    options,
    alltoallShort(board, type, values, output),
  )
}

function exchangeItems(scope: Scope, values: readonly unknown[], options: IntoOptions) {
  refuseInto(scope, 'alltoall', options.into, 'a list of items gives a list')
  const items = Array.from(values, (value) => encodeItem(value, where(scope, 'alltoall')))
  const call = signature('alltoall', { type: ITEM, count: 1 })
  const { board } = scope
  if (board !== null) return scope.onBoard(call, options, itemValues(alltoallItems(board, items)))
  return scope.call(call, options, async (endpoint) => {
    const list: unknown[] = new Array(scope.size)
    await exchangeAll(
      endpoint,
      FAN_WIDTH,
      (dest) => endpoint.send(Block.item(items[dest]!), dest),
      async (source) => {
        list[source] = decodeItem((await endpoint.recv(source)).bytes())
      },
    )
    list[scope.rank] = decodeItem(items[scope.rank]!)
    return list
  })
}

/** How many steps of an exchange of blocks of so many bytes run at once. */
export function stepsAhead(blockBytes: number): number {
  return Math.max(1, Math.floor(BYTES_AHEAD / Math.max(1, blockBytes)))
}
