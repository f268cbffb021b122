/**
 * The checks of what a program passes to collective calls. All of them come before `scope.call`: a call
 * that was refused has not taken place, and the order of calls is what it was.
 */

import { BufferError, CountError, RootError, TypeMismatchError, type Where } from '../../errors.ts'
import { Block } from '../../wire/block.ts'
import { allocate, aTypeName, ITEM, type Raw, rawType, type TypeCode } from '../../wire/datatype.ts'
import { describe } from '../op/domain.ts'
import type { Scope } from './endpoint.ts'
import type { CallName } from './signature.ts'

/** `gather on world, rank 1 of 4`: how every message about a call begins; composed only for an error. */
export function where(scope: Scope, call: CallName): Where {
  return new CallPlace(scope, call)
}

class CallPlace implements Where {
  readonly #scope: Scope
  readonly #call: CallName

  constructor(scope: Scope, call: CallName) {
    this.#scope = scope
    this.#call = call
  }

  toString(): string {
    const { label, rank, size } = this.#scope
    return `${this.#call} on ${label}, rank ${rank} of ${size}`
  }
}

/** Throws unless `root` is a rank of the communicator. */
export function checkRoot(scope: Scope, call: CallName, root: unknown): asserts root is number {
  if (typeof root === 'number' && Number.isInteger(root) && root >= 0 && root < scope.size) return
  const ranks = scope.size === 1 ? 'the only rank is 0' : `the ranks are 0 to ${scope.size - 1}`
  throw new RootError(`${where(scope, call)}: root is ${String(root)}, but ${ranks}`)
}

/** The memory of a typed array that the program passed. */
export function blockOf(scope: Scope, call: CallName, what: string, array: Raw): Block {
  checkFixed(scope, call, what, array)
  return Block.of(array)
}

/** Throws unless the memory of `array` keeps its length. */
export function checkFixed(scope: Scope, call: CallName, what: string, array: Raw): void {
  const buffer = array.buffer as { resizable?: boolean; growable?: boolean }
  if (!buffer.resizable && !buffer.growable) return
  throw new BufferError(
    `${where(scope, call)}: ${what} lies in a resizable buffer, which may shrink under a message; copy it`,
  )
}

/** Where a result of `count` elements goes: to `into`, if that fits exactly, else to new memory. */
export function resultArray(scope: Scope, call: CallName, into: unknown, type: TypeCode, count: number): Raw {
  if (into === undefined) return allocate(type, count)
  const found = rawType(into)
  if (found === ITEM || found !== type) {
    throw new TypeMismatchError(
      `${where(scope, call)}: into is ${describe(into)}, but ${wanted(type, count)}`,
    )
  }
  const array = into as Raw
  if (array.length !== count) {
    throw new CountError(
      `${where(scope, call)}: into has length ${array.length}, but ${wanted(type, count)}; ` +
        `pass into.subarray(0, ${count}) of a longer one`,
    )
  }
  checkFixed(scope, call, 'into', array)
  return array
}

/** Throws if `mine` shares memory with the whole result and is not the block of `rank` there. */
export function checkOwnBlock(scope: Scope, call: CallName, mine: Raw, all: Raw, rank: number): void {
  const whole = Block.of(all)
  checkOverlap(scope, call, Block.of(mine), whole, whole.slice(rank * mine.length, (rank + 1) * mine.length))
}

function wanted(type: TypeCode, count: number): string {
  return `the result is ${aTypeName(type)} of length ${count}`
}

/** Throws if `into` is given: the result is not a typed array but `result`. */
export function refuseInto(scope: Scope, call: CallName, into: unknown, result: string): void {
  if (into === undefined) return
  throw new TypeMismatchError(
    `${where(scope, call)}: into is given, but ${result}; pass a typed array instead, or drop into`,
  )
}

/**
 * Throws if input and result share memory, unless that is "in place": one of them is the other's `part`, the
 * one that belongs to this rank or to the whole call.
 */
export function checkOverlap(scope: Scope, call: CallName, one: Block, other: Block, part: Block): void {
  if (one.byteLength === 0 || !one.overlaps(other) || one.sameMemory(part)) return
  throw new BufferError(
    `${where(scope, call)}: into overlaps the input; give separate memory, or ` +
      (part.sameMemory(other) ? 'the input itself' : "let one of them be this rank's own block of the other"),
  )
}

/** Throws unless `array`, cut in one block per rank, gives equal blocks; returns their length. */
export function equalBlocks(scope: Scope, call: CallName, array: Raw, cure: string): number {
  const count = array.length / scope.size
  if (Number.isInteger(count)) return count
  throw new CountError(
    `${where(scope, call)}: ${array.length} elements cannot be cut in ${scope.size} equal blocks; ${cure}`,
  )
}

/** Throws unless `values` is a list with one item per rank. */
export function checkList(
  scope: Scope,
  call: CallName,
  values: unknown,
): asserts values is readonly unknown[] {
  const wanted = `a typed array, or a list of ${scope.size} items, one per rank`
  if (!Array.isArray(values)) {
    throw new TypeMismatchError(`${where(scope, call)}: expected ${wanted}, but got ${describe(values)}`)
  }
  if (values.length !== scope.size) {
    throw new CountError(
      `${where(scope, call)}: expected ${wanted}, but the list has ${values.length}; ` +
        'for one vector cut in blocks pass a typed array, such as Float64Array.from(values)',
    )
  }
}
