/**
 * The checks of what a program passes to point-to-point calls: ranks, tags, buffers. Each throws the error
 * that says what was given, what is allowed, and what to write instead.
 */

import { BufferError, RankError, TagError, TypeMismatchError, type Where } from '../errors.ts'
import { Block } from '../wire/block.ts'
import { encodeItem } from '../wire/codec.ts'
import {
  ANY_TYPE,
  aTypeName,
  ITEM,
  isRaw,
  type Raw,
  type TypeCode,
  type TypedCtor,
  typeName,
  typeOfCtor,
} from '../wire/datatype.ts'
import { isStrided } from '../wire/layout/nd-view.ts'
import { Target } from './layout/target.ts'
import { ANY } from './matching.ts'
import { describe } from './op/domain.ts'

/** Receive from any rank. @see MPI-4.1 §3.2.4 */
export const ANY_SOURCE: unique symbol = Symbol('tsmpi.ANY_SOURCE')
/** Receive with any tag. @see MPI-4.1 §3.2.4 */
export const ANY_TAG: unique symbol = Symbol('tsmpi.ANY_TAG')

/** A rank, `null` for nobody (MPI_PROC_NULL), or {@link ANY_SOURCE}. */
export type Source = number | null | typeof ANY_SOURCE
/** A tag, or {@link ANY_TAG}. */
export type Tag = number | typeof ANY_TAG

export const LARGEST_TAG = 2 ** 31 - 1

/** Checks the rank a message is sent to. `null` passes: nobody. */
export function checkDest(dest: number | null, size: number, where: Where): number | null {
  return dest === null ? null : checkRank('dest', dest, size, where)
}

/** Checks the rank a message is received from; {@link ANY} for ANY_SOURCE. `null` passes: nobody. */
export function checkSource(source: Source, size: number, where: Where): number | null {
  if (source === null) return null
  return source === ANY_SOURCE ? ANY : checkRank('source', source, size, where)
}

function checkRank(what: string, rank: unknown, size: number, where: Where): number {
  if (typeof rank === 'number' && Number.isInteger(rank) && rank >= 0 && rank < size) return rank
  const range = size === 1 ? 'the only rank is 0' : `the ranks are 0 to ${size - 1}`
  const any = what === 'source' ? ', ANY_SOURCE for any of them' : ''
  throw new RankError(
    `${where}: ${what} is ${shown(rank)}, but ${range}${any}; for a neighbour that does not exist give null`,
  )
}

/** A wrong argument as a message shows it: short, whatever it is. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `the string "${value.slice(0, 40)}"`
  return typeof value === 'object' || typeof value === 'function' ? describe(value) : String(value)
}

/** Checks the tag of a send. */
export function checkTag(tag: unknown, where: Where): number {
  if (typeof tag === 'number' && Number.isInteger(tag) && tag >= 0 && tag <= LARGEST_TAG) return tag
  throw new TagError(`${where}: tag is ${shown(tag)}; give an integer from 0 to 2^31-1`)
}

/** Checks the tag of a receive; {@link ANY} for ANY_TAG. */
export function checkRecvTag(tag: unknown, where: Where): number {
  return tag === ANY_TAG ? ANY : checkTag(tag, where)
}

/** What travels for `value` of element type `type`: a typed array itself, or the bytes of a serialised item. */
export function payloadOf(value: unknown, type: TypeCode, where: Where): Raw {
  if (type === ITEM) return encodeItem(value, where)
  checkMemory(value as Raw, 'value', where)
  return value as Raw
}

/** Where a receive puts an array: nowhere in particular, into the program's array, or to the places of a layout. */
export interface Destination {
  readonly array: Raw | undefined
  readonly block: Block | null
  readonly target: Target | null
}

const ANYWHERE: Destination = { array: undefined, block: null, target: null }

/** The memory behind `into`. */
export function destinationOf(into: unknown, where: Where): Destination {
  if (into === undefined) return ANYWHERE
  if (isRaw(into)) {
    checkMemory(into, 'into', where)
    return { array: into, block: Block.of(into), target: null }
  }
  if (isStrided(into)) {
    const target = new Target(into, 'into', where)
    return { array: target.array, block: Block.of(target.array), target }
  }
  throw new TypeMismatchError(
    `${where}: into is neither a typed array nor a layout; for any other value leave into away`,
  )
}

function checkMemory(array: Raw, what: string, where: Where): void {
  if (isFixed(array)) return
  const buffer = array.buffer as ArrayBufferLike & { resizable?: boolean; growable?: boolean }
  if (buffer.resizable || buffer.growable) {
    throw new BufferError(
      `${where}: ${what} lies in a resizable buffer, which may shrink under a message; copy it`,
    )
  }
  if (array.length === 0 && isDetached(buffer)) {
    throw new BufferError(`${where}: ${what} has no memory any more: its buffer was transferred elsewhere`)
  }
}

/** Whether the memory of a typed array is there, and cannot shrink or move: then `checkMemory` finds nothing wrong. */
export function isFixed(array: Raw): boolean {
  if (array.length === 0) return false
  const buffer = array.buffer as ArrayBufferLike & { resizable?: boolean; growable?: boolean }
  return !buffer.resizable && !buffer.growable
}

/** `ArrayBuffer.prototype.detached` came with Node 22; a view of a detached buffer cannot be made. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}

/** The element type a receive insists on; ANY_TYPE if it takes what comes. */
export function expectedType(into: Block | null, as: TypedCtor | undefined, where: Where): TypeCode {
  if (as === undefined) return into?.type ?? ANY_TYPE
  const type = typeOfCtor(as)
  if (type === undefined) {
    throw new TypeMismatchError(`${where}: as is ${shown(as)}; give a constructor such as Float64Array`)
  }
  if (into !== null && into.type !== type) {
    throw new TypeMismatchError(
      `${where}: into is ${aTypeName(into.type)} and as says ${typeName(type)}; drop one`,
    )
  }
  return type
}
