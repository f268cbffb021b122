/** Blocks of different lengths, one per neighbour: the checks of `{ data, counts, displs }`, and their arrival. */

import { CountError, TypeMismatchError } from '../../../errors.ts'
import type { Block } from '../../../wire/block.ts'
import { allocate, aTypeName, isRaw, type Raw, type TypeCode } from '../../../wire/datatype.ts'
import { blockOf, where } from '../../collective/check.ts'
import type { Endpoint, Scope } from '../../collective/endpoint.ts'
import type { CallName } from '../../collective/signature.ts'
import type { ReceivedBlocks, VBlocks, VInto } from '../../collective/types.ts'
import { blockAt, type Placed, prefixSums, sum } from '../../collective/v-blocks.ts'
import { describe } from '../../op/domain.ts'
import { exchange, type Neighborhood, whole as wholeMessages } from './neighborhood.ts'

/** Where blocks go: with their lengths, or without if those of what comes decide. */
export interface Target {
  readonly data: Raw
  readonly whole: Block
  readonly counts: readonly number[] | null
  readonly displs: readonly number[] | null
}

/** Checks the `{ data, counts, displs }` that a rank sends from. Blocks may overlap. */
export function checkBlocks(scope: Scope, call: CallName, value: unknown, neighbors: number): Placed {
  const { data, counts, displs } = (value ?? {}) as Partial<VBlocks>
  if (!isRaw(data) || counts === undefined) {
    throw new TypeMismatchError(
      `${where(scope, call)}: expected { data, counts, displs? } with a typed array as data, but got ` +
        `${isRaw(value) ? `${describe(value)} alone` : describe(value)}; ${call.slice(0, -1)} takes equal blocks and items`,
    )
  }
  const whole = blockOf(scope, call, 'data', data)
  const lengths = integers(scope, call, 'counts', counts, neighbors)
  const places = displs ? integers(scope, call, 'displs', displs, neighbors) : prefixSums(lengths)
  const problem = beyond('data', data.length, lengths, places)
  if (problem !== null) throw new CountError(`${where(scope, call)}: ${problem}`)
  return { whole, counts: lengths, displs: places }
}

/** Checks the `into` of a v form, as far as this rank's own arguments allow. */
export function checkTarget(
  scope: Scope,
  call: CallName,
  into: VInto | undefined,
  type: TypeCode,
  neighbors: number,
): Target | null {
  if (into === undefined) return null
  const { data, counts, displs } = (into ?? {}) as Partial<VInto>
  if (!isRaw(data)) {
    throw new TypeMismatchError(
      `${where(scope, call)}: into must be { data, counts?, displs? } with a typed array as data, but is ${describe(into)}`,
    )
  }
  const whole = blockOf(scope, call, 'into.data', data)
  if (whole.type !== type) {
    throw new TypeMismatchError(
      `${where(scope, call)}: into.data is ${describe(data)}, but the result is ${aTypeName(type)}`,
    )
  }
  const lengths = counts ? integers(scope, call, 'into.counts', counts, neighbors) : null
  const places = displs ? integers(scope, call, 'into.displs', displs, neighbors) : null
  if (lengths !== null) {
    const problem = unfit(data.length, lengths, places ?? prefixSums(lengths))
    if (problem !== null) throw new CountError(`${where(scope, call)}: ${problem}`)
  }
  return { data, whole, counts: lengths, displs: places }
}

/** Exchanges block `out(i)` for what each neighbour sends, and puts that where it belongs. */
export async function exchangeBlocks(
  scope: Scope,
  call: CallName,
  endpoint: Endpoint,
  neighborhood: Neighborhood,
  out: (i: number) => Block,
  type: TypeCode,
  target: Target | null,
): Promise<ReceivedBlocks> {
  if (target?.counts) return exchangeKnown(scope, call, endpoint, neighborhood, out, target, target.counts)
  const blocks: Block[] = []
  const use = (i: number, block: Block): void => {
    blocks[i] = block
  }
  await exchange(endpoint, neighborhood, out, wholeMessages(endpoint, use))
  const counts = neighborhood.sources.map((_, i) => blocks[i]?.count ?? 0)
  const displs = target?.displs ?? prefixSums(counts)
  const data = target?.data ?? allocate(type, sum(counts))
  const problem = target && unfit(data.length, counts, displs)
  if (problem) throw scope.mismatch(call, `what the neighbours send does not fit: ${problem}`)
  const placed = { whole: target?.whole ?? blockOf(scope, call, 'result', data), counts, displs }
  for (const [i, count] of counts.entries()) if (count > 0) blockAt(placed, i).set(blocks[i]!)
  return { data, counts, displs: [...displs] }
}

/** The same where this rank knows what must come: every message is received in its place. */
async function exchangeKnown(
  scope: Scope,
  call: CallName,
  endpoint: Endpoint,
  neighborhood: Neighborhood,
  out: (i: number) => Block,
  { data, whole, displs }: Target,
  expected: readonly number[],
): Promise<ReceivedBlocks> {
  const places = displs ?? prefixSums(expected)
  const placed = { whole, counts: expected, displs: places }
  await exchange(endpoint, neighborhood, out, async (i, source, own) => {
    const place = blockAt(placed, i)
    if (own === null) return endpoint.recvInto(place, source)
    if (own.count === expected[i]) return place.set(own)
    throw scope.mismatch(
      call,
      `this rank sends itself ${own.count} elements, but into.counts[${i}] is ${expected[i]}; ` +
        'leave counts away to take what comes',
    )
  })
  const counts = neighborhood.sources.map((source, i) => (source === null ? 0 : expected[i]!))
  return { data, counts, displs: [...places] }
}

/** Checks a list with a non-negative integer per neighbour. */
function integers(
  scope: Scope,
  call: CallName,
  name: string,
  list: ArrayLike<number>,
  neighbors: number,
): number[] {
  const found = Array.from(list)
  if (found.length !== neighbors) {
    throw new CountError(
      `${where(scope, call)}: ${name} has length ${found.length}; it needs one number for each of the ` +
        `${neighbors} neighbours (those that do not exist count too)`,
    )
  }
  const bad = found.findIndex((n) => !Number.isSafeInteger(n) || n < 0)
  if (bad < 0) return found
  throw new CountError(
    `${where(scope, call)}: ${name}[${bad}] is ${String(found[bad])}; it must be an integer, 0 or more, in elements`,
  )
}

/** Which block does not lie within `name`, as part of a sentence; null if all do. */
function beyond(
  name: string,
  length: number,
  counts: readonly number[],
  displs: readonly number[],
): string | null {
  const i = counts.findIndex((count, at) => count > 0 && displs[at]! + count > length)
  if (i < 0) return null
  return `block ${i}, ${counts[i]} elements from ${displs[i]} on, ends beyond ${name}, whose length is ${length}`
}

/** What is wrong with these places in `into.data`, as part of a sentence; null if nothing is. */
function unfit(length: number, counts: readonly number[], displs: readonly number[]): string | null {
  const problem = beyond('into.data', length, counts, displs)
  if (problem !== null) return problem
  const order = [...counts.keys()].filter((i) => counts[i]! > 0).sort((a, b) => displs[a]! - displs[b]!)
  for (const [at, b] of order.entries()) {
    const a = order[at - 1]
    if (a !== undefined && displs[a]! + counts[a]! > displs[b]!)
      return `blocks ${a} and ${b} overlap in into.data, so one would overwrite the other`
  }
  return null
}
