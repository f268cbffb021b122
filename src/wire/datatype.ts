/**
 * Element types: the one table that ties a typed array's constructor to its code on the wire.
 *
 * Codes are part of the wire format and never reused. `ITEM` stands for "one value, serialised"; its
 * bytes have no element size of their own.
 */

export type Raw =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

/** A typed array's constructor, such as `Float64Array`. */
export type TypedCtor<T extends Raw = Raw> = {
  readonly name: string
  readonly BYTES_PER_ELEMENT: number
  new (length: number): T
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): T
}

/** Code of an element type on the wire; an index into the table below. */
export type TypeCode = number

/** "One value, serialised." */
export const ITEM: TypeCode = 0
/** In a collective's signature: "this rank does not know the type" (a bcast receiver, for instance). */
export const ANY_TYPE: TypeCode = 255

const ctors: readonly (TypedCtor | null)[] = [
  null,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as unknown as (TypedCtor | null)[]

// Keyed by Symbol.toStringTag, not by constructor: a Buffer is a Uint8Array here, and so is an array
// that was made in another realm (vm contexts, vitest's environments).
const codeByName = new Map<string, TypeCode>(ctors.flatMap((ctor, code) => (ctor ? [[ctor.name, code]] : [])))

const toStringTag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get as (this: unknown) => string | undefined

/** Whether `value` is a typed array that travels raw (a `Buffer` counts, a `DataView` does not). */
export function isRaw(value: unknown): value is Raw {
  return rawType(value) !== ITEM
}

/** The element type of a typed array that travels raw; {@link ITEM} for anything else. */
export function rawType(value: unknown): TypeCode {
  return ArrayBuffer.isView(value) ? (codeByName.get(toStringTag.call(value) as string) ?? ITEM) : ITEM
}

/** The element type of a typed array. */
export function typeOf(array: Raw): TypeCode {
  return codeByName.get(toStringTag.call(array) as string) as TypeCode
}

/** The constructor behind a code; `null` for {@link ITEM} and {@link ANY_TYPE}. */
export function ctorOf(type: TypeCode): TypedCtor | null {
  return ctors[type] ?? null
}

/** The code of a typed array's constructor, or undefined if it is not one that travels raw. */
export function typeOfCtor(ctor: unknown): TypeCode | undefined {
  return typeof ctor === 'function' ? codeByName.get(ctor.name) : undefined
}

/** Bytes per element; 1 for {@link ITEM}, whose bytes are opaque. */
export function elementSize(type: TypeCode): number {
  return ctors[type]?.BYTES_PER_ELEMENT ?? 1
}

/** How error messages call a type. */
export function typeName(type: TypeCode): string {
  if (type === ANY_TYPE) return 'any type'
  return ctors[type]?.name ?? 'item'
}

/** The same with its article: `an Int32Array`, `a Float64Array`. */
export function aTypeName(type: TypeCode): string {
  const name = typeName(type)
  return `${/^[AEI]/.test(name) ? 'an' : 'a'} ${name}`
}

/** A zero-filled typed array of `count` elements. */
export function allocate(type: TypeCode, count: number): Raw {
  const ctor = ctors[type]
  if (!ctor) throw new TypeError(`no element type has the code ${type}`)
  return new ctor(count)
}
