import { describe, expect, it } from 'vitest'
import { Measurements } from '../../bench/driver/measurements.ts'
import { summaryTable } from '../../bench/driver/summary.ts'
import { formatBytes, formatNumber, tables } from '../../bench/driver/table.ts'
import { add, twoPeers } from './measured.ts'

describe('tables', () => {
  it('has medians with quartiles and the ratio of medians, and says which way is good', () => {
    expect(tables(twoPeers(), ['tsmpi', 'openmpi']).split('\n').slice(0, 5)).toEqual([
      'Latency, one way: 2 ranks, us (less is better)',
      '                   tsmpi  openmpi  / openmpi',
      '   8 B  0.25 [0.23 0.28]     0.50      0.50x',
      ' 1 KiB  1.00 [0.90 1.10]     2.00      0.50x',
      '64 KiB  4.00 [3.60 4.40]     8.00      0.50x',
    ])
    expect(tables(twoPeers(), ['tsmpi', 'openmpi'])).toContain('MB/s (more is better)')
  })

  it('shows what a peer has not measured as a dash', () => {
    const measurements = twoPeers()
    add(measurements, 'tsmpi', 'latency', 1, [1])
    expect(tables(measurements, ['tsmpi', 'openmpi'])).toMatch(/ 1 B +1\.00 +- +-\n/)
  })

  it('has a row for every number of ranks where there are no sizes', () => {
    const measurements = new Measurements()
    for (const ranks of [4, 2]) add(measurements, 'tsmpi', 'barrier', 0, [ranks], ranks)
    expect(tables(measurements, ['tsmpi'])).toBe(
      'Barrier, us (less is better)\n         tsmpi\n2 ranks   2.00\n4 ranks   4.00',
    )
  })

  it('names rows that are not sizes', () => {
    const measurements = new Measurements()
    add(measurements, 'mpi4py', 'objects', 2, [5000])
    expect(tables(measurements, ['mpi4py'])).toContain('list of 1e5 ints')
  })
})

describe('summaryTable', () => {
  it('takes the worst size and says whether the goal is met', () => {
    const measurements = new Measurements()
    for (const [bytes, own] of [
      [65536, 900],
      [262144, 700],
      [1048576, 2000],
    ] as const) {
      add(measurements, 'tsmpi', 'bw', bytes, [own])
      add(measurements, 'mpi4py', 'bw', bytes, [1000])
      add(measurements, 'openmpi', 'bw', bytes, [600])
    }
    const line = summaryTable(measurements)!
      .split('\n')
      .find((text) => text.startsWith('bandwidth'))!
    expect(line).toMatch(
      /0\.70x mpi4py at 256 KiB, wants >= 1x +NO +1\.17x openmpi at 256 KiB, wants >= 1x +yes/,
    )
  })

  it('wants times to be small, and says which peer is missing', () => {
    const measurements = new Measurements()
    add(measurements, 'tsmpi', 'latency', 8, [0.2])
    add(measurements, 'mpi4py', 'latency', 8, [0.4])
    expect(summaryTable(measurements)).toMatch(
      /8 B, one way +0\.20 us +0\.50x mpi4py, wants <= 0\.7x +yes +openmpi not measured/,
    )
  })

  it('wants an idle rank below one per cent', () => {
    const measurements = new Measurements()
    add(measurements, 'tsmpi', 'idle', 10_000, [0.06])
    expect(summaryTable(measurements)).toMatch(/idle wait of 10 s +0\.06 % +wants < 1 % +yes/)
  })

  it('is left out when no goal was measured', () => {
    const measurements = new Measurements()
    add(measurements, 'openmpi', 'latency', 8, [0.2])
    expect(summaryTable(measurements)).toBeNull()
  })
})

it('formats numbers with the digits that matter', () => {
  expect([0, 0.00123, 0.123, 1.234, 12.34, 123.4, 12_345, 1_234_567].map(formatNumber)).toEqual([
    '0',
    '0.0012',
    '0.12',
    '1.23',
    '12.3',
    '123',
    '12345',
    '1.23M',
  ])
})

it('formats sizes in powers of two', () => {
  expect([1, 100, 1024, 1500, 65536, 4 << 20].map(formatBytes)).toEqual([
    '1 B',
    '100 B',
    '1 KiB',
    '1500 B',
    '64 KiB',
    '4 MiB',
  ])
})
