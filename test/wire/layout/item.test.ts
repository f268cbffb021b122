import { expect, it } from 'vitest'
import { encodeItem } from '../../../src/wire/codec.ts'
import { vector } from '../../../src/wire/layout/make.ts'

const data = new Float64Array(6)

it.each([
  ['a layout', vector(data, { count: 2, stride: 3 })],
  ['an ndarray-like', { data, shape: [2], stride: [3], offset: 0 }],
])('%s is no item: it would arrive as a description of places', (_, strided) => {
  expect(() => encodeItem(strided, 'bcast on world')).toThrow(
    'bcast on world: strided data goes by send, recv and what is made of them; for this call copy the elements into an array',
  )
})
