import fc from 'fast-check'
import { expect, it } from 'vitest'
import { summarize } from '../../bench/driver/statistics.ts'

it('has nothing to say of no repetitions', () => {
  expect(summarize([])).toBeNull()
})

it('takes a single repetition for everything', () => {
  expect(summarize([3])).toEqual({ median: 3, q1: 3, q3: 3, min: 3, max: 3, count: 1 })
})

it('sorts numbers as numbers and interpolates between two', () => {
  expect(summarize([100, 9, 20, 3])).toEqual({ median: 14.5, q1: 7.5, q3: 40, min: 3, max: 100, count: 4 })
  expect(summarize([7, 1, 4, 3, 2, 6, 5])).toMatchObject({ median: 4, q1: 2.5, q3: 5.5 })
})

it('keeps the order min, q1, median, q3, max, whatever the order of repetitions', () => {
  const figure = fc.double({ min: 0, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(fc.array(figure, { minLength: 1, maxLength: 12 }), (values) => {
      const s = summarize(values)!
      const steps = [s.min, s.q1, s.median, s.q3, s.max]
      expect(steps).toEqual([...steps].sort((a, b) => a - b))
      expect(summarize([...values].reverse())).toEqual(s)
    }),
  )
})
