// The tables of select.ts: which algorithm, for which number of ranks and bytes.
import { describe, expect, it } from 'vitest'
import { selectAllgather, selectAllgatherv } from '../../../src/comm/collective/allgather/select.ts'
import { selectAllreduce, selectCarried } from '../../../src/comm/collective/allreduce/select.ts'
import { stepsAhead } from '../../../src/comm/collective/alltoall.ts'
import { selectBcast } from '../../../src/comm/collective/bcast/select.ts'
import { selectReduce } from '../../../src/comm/collective/reduce/select.ts'

const KiB = 1024
const MiB = 1024 * KiB

describe('bcast', () => {
  it.each([
    [2, 100 * MiB, 'tree'],
    [4, 400_000, 'tree'],
    [4, 430_000, 'scatterAllgather'],
    [8, 259_999, 'tree'],
    [8, 260_000, 'scatterAllgather'],
    [64, 199_999, 'tree'],
    [64, 200_000, 'scatterAllgather'],
  ])('%i ranks, %i bytes: %s', (size, bytes, name) => expect(selectBcast(bytes, size).name).toBe(name))
})

describe('allgather', () => {
  it.each([
    [32, 512 * KiB, 'flat'],
    [33, 512 * KiB, 'bruck'],
    [4, 512 * KiB + 1, 'ring'],
  ])('%i ranks, %i bytes: %s', (size, bytes, name) => expect(selectAllgather(bytes, size).name).toBe(name))
  it('never needs blocks in order for a v form', () => {
    expect(selectAllgatherv(1).name).toBe('flat')
    expect(selectAllgatherv(MiB).name).toBe('ring')
  })
})

describe('allreduce', () => {
  it.each([
    [2, MiB, true, 'directArrays'],
    [2, 2 * MiB, true, 'rabenseifner'],
    [4, 64 * KiB, true, 'directArrays'],
    [8, 64 * KiB, true, undefined],
    [16, 8 * KiB, false, 'directArrays'],
    [33, 8, true, undefined],
    [4, 299_999, true, undefined],
    [4, 300_000, true, 'rabenseifner'],
    [5, 400_000, true, 'ring'],
    [5, 300_000, true, 'rabenseifner'],
    [5, 100 * MiB, false, 'rabenseifner'],
    [7, 200_000, true, 'rabenseifner'],
    [16, 160_000, false, 'rabenseifner'],
    [100, 100 * MiB, true, 'ring'],
  ])('%i ranks, %i bytes, commutative %s: %s', (size, bytes, commutative, name) =>
    expect(selectAllreduce(bytes, size, commutative)?.name).toBe(name),
  )
  it.each([
    [5, 8, 'directArrays'],
    [5, 100_000, 'bySlices'],
    [8, 100_000, undefined],
    [8, MiB, 'rabenseifner'],
    [7, 100 * MiB, 'bySlices'],
  ])('%i ranks, %i bytes, by rank alone: %s', (size, bytes, name) =>
    expect(selectAllreduce(bytes, size, true, true)?.name).toBe(name),
  )
  it('whole operands', () => {
    expect(selectCarried(8, 32, false).name).toBe('direct')
    expect(selectCarried(8, 33, false).name).toBe('recursiveDoubling')
    expect(selectCarried(8, 33, true).name).toBe('direct')
    expect(selectCarried(8, 64, true).name).toBe('recursiveDoubling')
  })
})

describe('reduce', () => {
  it.each([
    [2, 100 * MiB, undefined],
    [3, 256 * KiB - 1, undefined],
    [3, 256 * KiB, 'halvingGather'],
  ])('%i ranks, %i bytes: %s', (size, bytes, name) => expect(selectReduce(bytes, size)?.name).toBe(name))
})

describe('alltoall', () => {
  it.each([
    [0, MiB],
    [64 * KiB, 16],
    [10 * MiB, 1],
  ])('blocks of %i bytes: %i steps at once', (bytes, steps) => expect(stepsAhead(bytes)).toBe(steps))
})
