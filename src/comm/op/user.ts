/**
 * Reduction operations made from a program's own functions (MPI-4.1 §6.9.5).
 *
 * Without `elementwise` a function gets whole values, since only the program knows what they are made of:
 * a list, a record, a 3 x 3 matrix in a Float64Array.
 */

import { invariant, OpError, type Where } from '../../errors.ts'
import { type Raw, type TypeCode, typeName, typeOf } from '../../wire/datatype.ts'
import type { Op } from '../op.ts'
import { userOpCode } from './code.ts'
import { describe, refusal } from './domain.ts'
import { type Kernel, makeUserKernel } from './kernels.ts'

/** A function that combines two values; `low` comes from lower ranks than `high`. It modifies neither. */
export type Combine = (low: never, high: never) => unknown

export interface CreateOpOptions {
  /** f(a, b) and f(b, a) are the same, so operands may be swapped, which can be faster. Default false. */
  readonly commutative?: boolean
  /** `f` takes single elements of typed arrays instead of whole values. Default false. */
  readonly elementwise?: boolean
}

class UserOp implements Op {
  readonly name: string
  readonly code: number
  readonly commutative: boolean
  readonly elementwise: boolean
  readonly #f: Combine
  readonly #kernels: (Kernel | undefined)[] = []

  constructor(f: Combine, commutative: boolean, elementwise: boolean) {
    this.name = f.name || 'anonymous function'
    this.code = userOpCode(commutative, elementwise)
    this.commutative = commutative
    this.elementwise = elementwise
    this.#f = f
  }

  check(value: unknown, where: Where): void {
    const refused = this.elementwise ? refusal(this.name, 'elementwise user', value) : null
    if (refused) throw new OpError(`${where}: ${refused}`)
  }

  combineArrays(low: Raw, high: Raw, out: Raw): void {
    invariant(this.elementwise, 'a function of whole values was given elements')
    invariant(low.length === out.length && high.length === out.length, 'operands of unequal lengths')
    const type = typeOf(out)
    let kernel = this.#kernels[type]
    if (!kernel) {
      kernel = this.#makeKernel(type)
      this.#kernels[type] = kernel
    }
    kernel(low, high, out)
  }

  combineValues(low: unknown, high: unknown): unknown {
    const result = this.#f(low as never, high as never)
    if (describe(result) === 'a Promise')
      throw new OpError(this.#complaint('a Promise', 'it cannot be async'))
    // A reduction of nothing but undefined values may give undefined; any other has lost a `return`.
    if (result === undefined && low !== undefined && high !== undefined)
      throw new OpError(this.#complaint('undefined', 'it must return the combined value'))
    return result
  }

  #makeKernel(type: TypeCode): Kernel {
    return makeUserKernel(this.#f, type, (result, index) => {
      const wanted = typeName(type).startsWith('Big') ? 'a bigint' : 'a number'
      throw new OpError(
        this.#complaint(
          `${describe(result)} for element ${index} of a ${typeName(type)}`,
          `it must return ${wanted}`,
        ),
      )
    })
  }

  #complaint(returned: string, cure: string): string {
    return `the reduction function ${this.name} returned ${returned}; ${cure}`
  }
}

/**
 * Makes a reduction operation of a function, for `reduce`, `allreduce`, `scan` and their kin.
 *
 * `f(a, b)` must be associative: a reduction brackets as suits the ranks. `a` is always the value from
 * lower ranks; unless `commutative` is set operands are never swapped. It gets whole values, whatever the
 * reduction was given, and modifies neither; it may return one of them. With `elementwise` it gets numbers
 * (or bigints) instead: the elements of a typed array one after another, or a single number, bigint or
 * boolean. All ranks pass the same function.
 * @throws OpError if `f` is not a function.
 * @see MPI-4.1 §6.9.5
 */
export function createOp<T>(f: (a: T, b: T) => T, options: CreateOpOptions = {}): Op {
  if (typeof f !== 'function')
    throw new OpError(`createOp: expected a function (a, b) => c, but got ${describe(f)}`)
  return new UserOp(f as Combine, options.commutative === true, options.elementwise === true)
}

/** The operation a caller named: an op as it is, a bare function as `createOp(f)` would make it. */
export function toOp(op: Op | Combine, where: () => Where): Op {
  if (typeof op === 'function') return new UserOp(op, false, false)
  if (typeof op?.combineValues === 'function') return op
  throw new OpError(
    `${where()}: expected an operation such as SUM or MAX, or a function (a, b) => c, but got ${describe(op)}; ` +
      'options come after the operation',
  )
}
