import { expect, it } from 'vitest'
import { encodeItem } from '../../../src/wire/codec.ts'
import { vector } from '../../../src/wire/layout/make.ts'

it('is no item: one would arrive as a description of places', () => {
  const column = vector(new Float64Array(6), { count: 2, stride: 3 })
  expect(() => encodeItem(column, 'bcast on world')).toThrow(
    'bcast on world: a layout goes by send, recv and what is made of them; for this call copy its elements into an array',
  )
})
