/** Arrays of other libraries: any object with typed `data`, `shape`, `stride` or `strides`, and `offset`. */

import { CountError, type Where } from '../../errors.ts'
import { isRaw, type Raw } from '../datatype.ts'
import { checkCount, checkedList, checkReach, checkStride } from './check.ts'
import { Layout } from './layout.ts'
import { Nest } from './nest.ts'

interface NdShape<B extends Raw> {
  /** The array that the elements are in. */
  readonly data: B
  readonly shape: ArrayLike<number>
  /** Where the first element is. */
  readonly offset: number
}

/**
 * An array of any number of dimensions as `ndarray`, `@stdlib/ndarray` and others have it: element (i, j, …) is
 * `data[offset + i * stride[0] + j * stride[1] + …]`. Strides may be negative, or 0. Messages and collectives take
 * it in place of a typed array, as a value and as `into`, and treat it as the vector of its elements, row-major: the last
 * index runs fastest, whatever the strides.
 */
export type NdView<B extends Raw = Raw> =
  | (NdShape<B> & { readonly stride: ArrayLike<number> })
  | (NdShape<B> & { readonly strides: ArrayLike<number> })

/** A layout or an ndarray-like: strided elements, which calls take where they take a typed array. */
export type Strided<B extends Raw = Raw> = Layout<B> | NdView<B>

/** Whether `value` is a layout or an ndarray-like. A typed array is neither. */
export function isStrided(value: unknown): value is Strided {
  return typeof value === 'object' && value !== null && (value instanceof Layout || isNdView(value))
}

/** The layout that `value`, a layout or an ndarray-like, is or stands for. `what` names it in errors. */
export function layoutOf(value: Strided, what: string, where: Where): Layout {
  return value instanceof Layout ? value : layoutOfNdView(value, `${where}: ${what}`)
}

function isNdView(value: object): value is NdView {
  // Every item that is sent comes through here, and hardly any has typed data.
  const { data } = value as { data?: unknown }
  if (!isRaw(data)) return false
  const { shape, offset } = value as { shape?: unknown; offset?: unknown }
  return isList(shape) && typeof offset === 'number' && stridesOf(value) !== undefined
}

/** The strides and how they are called. */
function stridesOf(view: object): { readonly name: string; readonly list: ArrayLike<number> } | undefined {
  const { stride, strides } = view as Record<string, unknown>
  if (isList(stride)) return { name: 'stride', list: stride as ArrayLike<number> }
  return isList(strides) ? { name: 'strides', list: strides as ArrayLike<number> } : undefined
}

function isList(value: unknown): boolean {
  return Array.isArray(value) || isRaw(value)
}

function layoutOfNdView(view: NdView, where: Where): Layout {
  const { name, list } = stridesOf(view)!
  const shape = checkedList(view.shape, 'shape', checkCount, where)
  const strides = checkedList(list, name, checkStride, where)
  checkCount(view.offset, 'offset', where)
  // stdlib gives an array of no dimensions, which has one element, a stride of 0.
  if (strides.length !== shape.length && shape.length > 0) {
    throw new CountError(
      `${where}: shape has ${shape.length} dimensions and ${name} has ${strides.length}; give one stride per dimension`,
    )
  }
  const nest = new Nest(view.offset, shape, strides)
  const cure = `look at shape [${shape.join(', ')}], ${name} [${strides.join(', ')}], offset ${view.offset}`
  checkReach(view.data, nest.low, nest.high, cure, where)
  return new Layout(view.data, nest)
}
