/** The layouts that programs make: MPI's datatypes for strided data. */

import { checkOptions } from '../../check-options.ts'
import { CountError } from '../../errors.ts'
import type { Raw } from '../datatype.ts'
import { checkCount, checkedList, checkReach, checkStride, checkTyped } from './check.ts'
import { Layout } from './layout.ts'
import { Nest } from './nest.ts'
import { Runs } from './runs.ts'

/**
 * Blocks at equal distances: `count` blocks of `blockLength` elements, which begin `stride` elements apart, the
 * first one at `offset`. A column of a matrix of n rows and m columns: `{ count: n, stride: m, offset: column }`.
 *
 * @param data any typed array; the layout names elements of it, and copies none
 * @param places all in elements; `blockLength` is 1 if left away, `offset` 0. A stride may be negative, or 0.
 * @throws TypeMismatchError, CountError for arguments, and if the layout reaches beyond `data`
 * @see MPI-4.1 §5.1.2, MPI_Type_vector; examples/mpi/15-columns.ts
 */
export function vector<B extends Raw>(
  data: B,
  places: {
    readonly count: number
    readonly blockLength?: number | undefined
    readonly stride: number
    readonly offset?: number | undefined
  },
): Layout<B> {
  checkTyped(data, 'vector')
  checkOptions(places, ['count', 'blockLength', 'stride', 'offset'], 'vector')
  const { count, blockLength = 1, stride, offset = 0 } = places ?? {}
  checkCount(count, 'count', 'vector')
  checkCount(blockLength, 'blockLength', 'vector')
  checkStride(stride, 'stride', 'vector')
  checkCount(offset, 'offset', 'vector')
  const nest = new Nest(offset, [count, blockLength], [stride, 1])
  const cure = `look at count ${count}, blockLength ${blockLength}, stride ${stride}, offset ${offset}`
  checkReach(data, nest.low, nest.high, cure, 'vector')
  return new Layout(data, nest)
}

/**
 * Blocks of any lengths at any places: `blockLengths[i]` elements from `displs[i]` on, block after block.
 *
 * @param data any typed array; the layout names elements of it, and copies none
 * @param places all in elements. `blockLengths`: one number is the length of every block; 1 if left away.
 * @throws TypeMismatchError, CountError for arguments, and if a block reaches beyond `data`
 * @see MPI-4.1 §5.1.2, MPI_Type_indexed, MPI_Type_create_indexed_block
 */
export function indexed<B extends Raw>(
  data: B,
  places: {
    readonly blockLengths?: number | ArrayLike<number> | undefined
    readonly displs: ArrayLike<number>
  },
): Layout<B> {
  checkTyped(data, 'indexed')
  checkOptions(places, ['blockLengths', 'displs'], 'indexed')
  const { blockLengths = 1 } = places ?? {}
  const displs = checkedList(places?.displs, 'displs', checkCount, 'indexed')
  const lengths =
    typeof blockLengths === 'number'
      ? new Array<number>(displs.length).fill(blockLengths)
      : checkedList(blockLengths, 'blockLengths', checkCount, 'indexed')
  if (typeof blockLengths === 'number') checkCount(blockLengths, 'blockLengths', 'indexed')
  if (lengths.length !== displs.length) {
    throw new CountError(
      `indexed: blockLengths has length ${lengths.length} and displs ${displs.length}; give one of each per block`,
    )
  }
  lengths.forEach((length, i) => {
    if (length === 0 || displs[i]! + length <= data.length) return
    throw new CountError(
      `indexed: block ${i}, ${length} elements from ${displs[i]} on, ends beyond data, whose length is ${data.length}`,
    )
  })
  return new Layout(data, new Runs(lengths, displs))
}

/**
 * A part of an array of any number of dimensions, row-major as in C: of an array of shape `sizes`, the part of
 * shape `subsizes` that begins at the indices `starts`.
 *
 * @param data the whole array: a typed array of as many elements as `sizes` says, or more
 * @param places three lists with a number per dimension, the slowest first; for column-major data turn them round
 * @throws TypeMismatchError, CountError for arguments, and if the part is not within the array
 * @see MPI-4.1 §5.1.3, MPI_Type_create_subarray
 */
export function subarray<B extends Raw>(
  data: B,
  places: {
    readonly sizes: ArrayLike<number>
    readonly subsizes: ArrayLike<number>
    readonly starts: ArrayLike<number>
  },
): Layout<B> {
  checkTyped(data, 'subarray')
  checkOptions(places, ['sizes', 'subsizes', 'starts'], 'subarray')
  const sizes = checkedList(places?.sizes, 'sizes', checkCount, 'subarray')
  const subsizes = checkedList(places?.subsizes, 'subsizes', checkCount, 'subarray')
  const starts = checkedList(places?.starts, 'starts', checkCount, 'subarray')
  if (subsizes.length !== sizes.length || starts.length !== sizes.length) {
    throw new CountError(
      `subarray: sizes has ${sizes.length} dimensions, subsizes ${subsizes.length} and starts ${starts.length}; ` +
        'give one number of each per dimension',
    )
  }
  sizes.forEach((size, dim) => {
    if (starts[dim]! + subsizes[dim]! <= size) return
    throw new CountError(
      `subarray: in dimension ${dim} the part of ${subsizes[dim]} from ${starts[dim]} on ends beyond the array, ` +
        `whose size is ${size} there`,
    )
  })
  const whole = sizes.reduce((product, size) => product * size, 1)
  if (whole > data.length) {
    throw new CountError(
      `subarray: data has length ${data.length}, but an array of sizes ${sizes.join(' x ')} has ${whole} elements`,
    )
  }
  const strides = sizes.map((_, dim) => sizes.slice(dim + 1).reduce((product, size) => product * size, 1))
  const offset = starts.reduce((sum, start, dim) => sum + start * strides[dim]!, 0)
  return new Layout(data, new Nest(offset, subsizes, strides))
}
