import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layoutOf } from '../../../src/wire/layout/nd-view.ts'
import { contiguous, pack, unpack } from '../../../src/wire/layout/pack.ts'
import { pattern, same } from '../../comm/tools.ts'
import { copyElement, ctorOf, picked, type Sample, samples } from './tools.ts'

const layout = ({ given }: Sample) => layoutOf(given, 'value', 'test')

test('packing takes the elements in their order, of any type', () => {
  fc.assert(
    fc.property(samples, (sample) => {
      const made = layout(sample)
      expect(made.count).toBe(sample.places.length)
      expect(same(pack(made), picked(sample))).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('unpacking puts any part of the elements at their places, and touches nothing else', () => {
  fc.assert(
    fc.property(samples, fc.nat(), fc.nat(), (sample, a, b) => {
      const { data, places } = sample
      const made = layout(sample)
      // Nothing is received where a place comes twice.
      fc.pre(made.places.isDistinct)
      const bounds = [a % (places.length + 1), b % (places.length + 1)].sort((x, y) => x - y)
      const [from, to] = bounds as [number, number]
      const packed = pattern(places.length, 99, ctorOf(data))
      const expected = data.slice()
      for (let k = from; k < to; k++) copyElement(expected, places[k]!, packed, k)
      unpack(made, packed, from, to)
      expect(same(data, expected)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('a layout knows whether a place comes twice, how far it reaches, and whether it is one piece', () => {
  fc.assert(
    fc.property(samples, (sample) => {
      const { places, data } = sample
      const made = layout(sample)
      expect(made.places.isDistinct).toBe(new Set(places).size === places.length)
      expect(made.places.low).toBe(places.length === 0 ? 0 : Math.min(...places))
      expect(made.places.high).toBe(places.length === 0 ? 0 : Math.max(...places) + 1)
      const inOnePiece = places.every((place, i) => place === places[0]! + i)
      const view = contiguous(made)
      expect(view !== null).toBe(inOnePiece)
      if (view === null) return
      expect(view.buffer).toBe(data.buffer)
      expect(same(view.slice(), picked(sample))).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('every place lies where the lattice says', () => {
  fc.assert(
    fc.property(samples, (sample) => {
      const { base, step, length } = layout(sample).places.lattice
      const away = sample.places.filter((place) => {
        const distance = place - base
        const within = step === 0 ? distance : ((distance % step) + step) % step
        return within < 0 || within >= length
      })
      expect(away).toEqual([])
    }),
    { numRuns: 1000 },
  )
})

test('a NaN keeps its bits', () => {
  const bits = new BigUint64Array(64).map((_, i) => 0x7ff0_0000_dead_0001n + BigInt(i))
  const floats = new Float64Array(bits.buffer)
  const made = layoutOf({ data: floats, shape: [8, 8], stride: [1, 8], offset: 0 }, 'value', 'test')
  const packed = new BigUint64Array(pack(made).buffer)
  expect([...packed]).toEqual(Array.from({ length: 64 }, (_, i) => bits[(i % 8) * 8 + Math.floor(i / 8)]))
})
