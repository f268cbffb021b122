import { expect, it } from 'vitest'
import { BufferError, CountError } from '../../../src/errors.ts'
import { decodeItem, encodeItem } from '../../../src/wire/codec.ts'
import { vector } from '../../../src/wire/layout/make.ts'

const data = Float64Array.of(0, 1, 2, 3, 4, 5)

it.each([
  ['a layout', vector(data, { count: 2, stride: 3, offset: 1 })],
  ['an ndarray-like', { data, shape: [2], stride: [3], offset: 1 }],
])('%s as an item arrives as its elements, not as a description of places', (_, strided) => {
  expect(decodeItem(encodeItem(strided, 'scatter on world'))).toEqual(Float64Array.of(1, 4))
})

it('what does not lie in its data is refused', () => {
  const beyond = { data, shape: [3], stride: [3], offset: 0 }
  const encode = (strided: object) => () => encodeItem(strided, 'scatter on world')
  expect(encode(beyond)).toThrow(CountError)
  expect(encode(beyond)).toThrow(/^scatter on world: an item: the layout reaches element 6, beyond data/)
  const gone = new Float64Array(2)
  const lost = vector(gone, { count: 2, stride: 1 })
  structuredClone(gone.buffer, { transfer: [gone.buffer] })
  expect(encode(lost)).toThrow(BufferError)
})
