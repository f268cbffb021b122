/**
 * Where a v form puts what it receives.
 *
 * What one rank passes is checked before the call. That it fits what other ranks pass, only their lengths
 * show, which travel inside the call; that is a mismatch then.
 */

import { BufferError, CountError, TypeMismatchError } from '../../errors.ts'
import type { Block } from '../../wire/block.ts'
import { allocate, aTypeName, isRaw, type Raw, type TypeCode } from '../../wire/datatype.ts'
import { describe } from '../op/domain.ts'
import { blockOf, where } from './check.ts'
import type { Scope } from './endpoint.ts'
import { lengthOf } from './partition.ts'
import type { CallName } from './signature.ts'
import type { ReceivedBlocks, VInto } from './types.ts'
import { checkRange, integers, outOfRange, type PlacedIn, prefixSums, sum } from './v-blocks.ts'

/** An `into` whose shape is right, before the lengths of the other ranks are known. */
export interface CheckedInto {
  readonly data: Raw
  readonly whole: Block
  readonly counts: readonly number[] | null
  readonly displs: readonly number[] | null
}

/** Checks the `into` of a v form, as far as this rank's own arguments allow. */
export function checkVInto(
  scope: Scope,
  call: CallName,
  into: VInto | undefined,
  type: TypeCode,
): CheckedInto | null {
  if (into === undefined) return null
  const { data, counts, displs } = into
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
  const checkedCounts = counts ? integers(scope, call, 'into.counts', counts) : null
  const checkedDispls = displs ? integers(scope, call, 'into.displs', displs) : null
  if (checkedCounts !== null) {
    const places = checkedDispls ?? prefixSums(checkedCounts)
    checkRange(scope, call, 'into.data', data.length, checkedCounts, places)
    checkApart(scope, call, checkedCounts, places)
  }
  return { data, whole, counts: checkedCounts, displs: checkedDispls }
}

/**
 * Throws if `input`, this rank's block, shares memory with `into`, unless it is its own block there. Where
 * that one lies must be known before the lengths of the other ranks are: from counts or displs.
 */
export function checkVOverlap(scope: Scope, call: CallName, input: Block, into: CheckedInto | null): void {
  if (into === null || input.byteLength === 0 || !input.overlaps(into.whole)) return
  const displs = into.displs ?? (into.counts && prefixSums(into.counts))
  const start = displs?.[scope.rank]
  if (start !== undefined && start + lengthOf(input) <= into.data.length) {
    if (input.sameMemory(into.whole.slice(start, start + lengthOf(input)))) return
  }
  throw new BufferError(
    `${where(scope, call)}: into.data overlaps the input; give separate memory, or as input this rank's own ` +
      'block of into.data, and with it into.counts or into.displs',
  )
}

/** Where the blocks that come go, now that all their lengths are known: into `into`, or into new memory. */
export function place(
  scope: Scope,
  call: CallName,
  into: CheckedInto | null,
  type: TypeCode,
  counts: readonly number[],
): PlacedIn & { readonly result: ReceivedBlocks } {
  const displs = into?.displs ?? prefixSums(counts)
  const data = into?.data ?? allocate(type, sum(counts))
  if (into !== null) {
    for (let r = 0; into.counts !== null && r < counts.length; r++) {
      if (counts[r] === into.counts[r]) continue
      throw scope.mismatch(
        call,
        `rank ${r} sends ${counts[r]} elements, but into.counts[${r}] is ${into.counts[r]}; ` +
          'leave counts away to take what comes',
      )
    }
    const unfit =
      outOfRange(data.length, counts, displs, 'into.data') ?? (into.displs && overlapping(counts, displs))
    if (unfit) throw scope.mismatch(call, `what the ranks send does not fit: ${unfit}`)
  }
  const whole = into?.whole ?? blockOf(scope, call, 'result', data)
  return { data, whole, counts, displs, result: { data, counts, displs } }
}

function checkApart(
  scope: Scope,
  call: CallName,
  counts: readonly number[],
  displs: readonly number[],
): void {
  const problem = overlapping(counts, displs)
  if (problem) throw new CountError(`${where(scope, call)}: ${problem}`)
}

/** Which blocks overlap, as part of a sentence; null if none do. */
function overlapping(counts: readonly number[], displs: readonly number[]): string | null {
  const order = counts
    .map((_, r) => r)
    .filter((r) => counts[r]! > 0)
    .sort((a, b) => displs[a]! - displs[b]!)
  for (let i = 1; i < order.length; i++) {
    const [a, b] = [order[i - 1]!, order[i]!]
    if (displs[a]! + counts[a]! > displs[b]!) {
      return `the blocks of ranks ${a} and ${b} overlap in into.data, so one would overwrite the other`
    }
  }
  return null
}
