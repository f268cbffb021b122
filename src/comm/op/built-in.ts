/**
 * The predefined reduction operations of MPI-4.1 §6.9.2 and §6.9.4.
 *
 * Every one is associative and commutative. Floating-point SUM and PROD depend on the bracketing in their
 * last bits; the bracketing in turn depends on ranks and placement, never on timing.
 */

import { invariant, OpError, type Where } from '../../errors.ts'
import { allocate, isRaw, type Raw, type TypeCode, typeOf } from '../../wire/datatype.ts'
import type { Op } from '../op.ts'
import { OpCode } from './code.ts'
import { type Domain, describe, refusal } from './domain.ts'
import { type ElementOp, type Kernel, makeKernel } from './kernels.ts'
import { locationOp } from './maxloc.ts'
import { type Scalars, scalars } from './scalars.ts'

class BuiltInOp implements Op {
  readonly name: ElementOp
  readonly code: number
  readonly commutative = true
  readonly elementwise = true
  readonly #domain: Domain
  readonly #scalars: Scalars
  readonly #kernels: (Kernel | undefined)[] = []

  constructor(name: ElementOp, domain: Domain) {
    this.name = name
    this.code = OpCode[name]
    this.#domain = domain
    this.#scalars = scalars[name]
  }

  check(value: unknown, where: Where): void {
    const refused = refusal(this.name, this.#domain, value)
    if (refused) throw new OpError(`${where}: ${refused}`)
  }

  combineArrays(low: Raw, high: Raw, out: Raw): void {
    invariant(low.length === out.length && high.length === out.length, 'operands of unequal lengths')
    const type = typeOf(out)
    const kernel = this.#kernels[type] ?? this.#makeKernel(type, out)
    kernel(low, high, out)
  }

  combineValues(low: unknown, high: unknown): unknown {
    const kind = typeof low
    if (kind === typeof high) {
      if (kind === 'number') return this.#scalars.number(low as number, high as number)
      if (kind === 'bigint') return this.#scalars.bigint(low as bigint, high as bigint)
      if (kind === 'boolean' && this.#scalars.boolean)
        return this.#scalars.boolean(low as boolean, high as boolean)
    }
    const refused = refusal(this.name, this.#domain, low) ?? refusal(this.name, this.#domain, high)
    if (refused) throw new OpError(refused)
    if (isRaw(low) && isRaw(high) && typeOf(low) === typeOf(high)) {
      const out = allocate(typeOf(low), low.length)
      this.combineArrays(low, high, out)
      return out
    }
    throw new OpError(
      `${this.name} got ${describe(low)} on one rank and ${describe(high)} on another; ` +
        `pass values of one type on all ranks${isRaw(low) || isRaw(high) ? '' : ', as by Number(x) or BigInt(x)'}`,
    )
  }

  #makeKernel(type: TypeCode, sample: Raw): Kernel {
    const refused = refusal(this.name, this.#domain, sample)
    if (refused) throw new OpError(refused)
    const kernel = makeKernel(this.name, type)
    this.#kernels[type] = kernel
    return kernel
  }
}

/**
 * Sum. Takes numbers, bigints and typed arrays (element by element). Integer arrays wrap around as in C,
 * `Uint8ClampedArray` clamps to 0..255, a `Float32Array` rounds after every addition.
 * @see MPI-4.1 §6.9.2
 */
export const SUM: Op = new BuiltInOp('SUM', 'arithmetic')

/**
 * Product. Takes numbers, bigints and typed arrays (element by element). Integer arrays wrap around as in
 * C, exactly at 32 and 64 bits too; `Uint8ClampedArray` clamps to 0..255.
 * @see MPI-4.1 §6.9.2
 */
export const PROD: Op = new BuiltInOp('PROD', 'arithmetic')

/**
 * Maximum. Takes numbers, bigints and typed arrays (element by element). As `Math.max`: NaN on any rank
 * gives NaN, and -0 is less than +0.
 * @see MPI-4.1 §6.9.2
 */
export const MAX: Op = new BuiltInOp('MAX', 'arithmetic')

/**
 * Minimum. Takes numbers, bigints and typed arrays (element by element). As `Math.min`: NaN on any rank
 * gives NaN, and -0 is less than +0.
 * @see MPI-4.1 §6.9.2
 */
export const MIN: Op = new BuiltInOp('MIN', 'arithmetic')

/**
 * Logical and. Takes booleans, and gives a boolean; takes numbers, bigints and typed arrays (element by
 * element), and gives 1 or 0 of the same type. Truth is JavaScript's: 0, -0, 0n and NaN are false.
 * @see MPI-4.1 §6.9.2
 */
export const LAND: Op = new BuiltInOp('LAND', 'logical')

/**
 * Logical or. Takes booleans, and gives a boolean; takes numbers, bigints and typed arrays (element by
 * element), and gives 1 or 0 of the same type. Truth is JavaScript's: 0, -0, 0n and NaN are false.
 * @see MPI-4.1 §6.9.2
 */
export const LOR: Op = new BuiltInOp('LOR', 'logical')

/**
 * Logical exclusive or: true if an odd number of ranks gave true. Takes booleans, and gives a boolean;
 * takes numbers, bigints and typed arrays (element by element), and gives 1 or 0 of the same type. Truth
 * is JavaScript's: 0, -0, 0n and NaN are false.
 * @see MPI-4.1 §6.9.2
 */
export const LXOR: Op = new BuiltInOp('LXOR', 'logical')

/**
 * Bitwise and. Takes bigints, arrays of integers (element by element), and numbers that are integers of
 * 32 bits: if no rank's is negative the result is unsigned (uint32), otherwise signed (int32).
 * @see MPI-4.1 §6.9.2
 */
export const BAND: Op = new BuiltInOp('BAND', 'bitwise')

/**
 * Bitwise or. Takes bigints, arrays of integers (element by element), and numbers that are integers of
 * 32 bits: if no rank's is negative the result is unsigned (uint32), otherwise signed (int32).
 * @see MPI-4.1 §6.9.2
 */
export const BOR: Op = new BuiltInOp('BOR', 'bitwise')

/**
 * Bitwise exclusive or. Takes bigints, arrays of integers (element by element), and numbers that are
 * integers of 32 bits: if no rank's is negative the result is unsigned (uint32), otherwise signed (int32).
 * @see MPI-4.1 §6.9.2
 */
export const BXOR: Op = new BuiltInOp('BXOR', 'bitwise')

/**
 * Maximum and its place. Takes `{ value, index }`, a number or bigint and an integer; gives the item of
 * the greatest value, ties going to the lowest index. A NaN wins, as it does in MAX. Other properties of
 * the item come along, so indices should differ from rank to rank.
 * @see MPI-4.1 §6.9.4
 */
export const MAXLOC: Op = locationOp('MAXLOC')

/**
 * Minimum and its place. Takes `{ value, index }`, a number or bigint and an integer; gives the item of
 * the least value, ties going to the lowest index. A NaN wins, as it does in MIN. Other properties of the
 * item come along, so indices should differ from rank to rank.
 * @see MPI-4.1 §6.9.4
 */
export const MINLOC: Op = locationOp('MINLOC')
