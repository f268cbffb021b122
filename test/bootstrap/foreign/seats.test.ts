import { expect, test } from 'vitest'
import type { Guest } from '../../../src/bootstrap/foreign/messages.ts'
import { seatsOf } from '../../../src/bootstrap/foreign/seats.ts'

const FACTS = { jobId: 'j', secret: 's', address: '10.0.0.1' }

function guest(rank: number, host: string): Guest {
  return {
    rank,
    pid: 100 + rank,
    hostname: host,
    hostKey: host,
    address: `10.0.1.${rank}`,
    folder: `/tmp/${rank}`,
  }
}

test('hosts are numbered by their lowest ranks, and local ranks count on each', () => {
  const seats = seatsOf(
    ['b', 'a', 'b', 'a', 'c'].map((host, rank) => guest(rank, host)),
    FACTS,
  )
  expect(seats.map(({ place }) => place.nodeRank)).toEqual([0, 1, 0, 1, 2])
  expect(seats.map(({ place }) => place.localRank)).toEqual([0, 0, 1, 1, 0])
  expect(seats.map(({ place }) => place.localSize)).toEqual([2, 2, 2, 2, 1])
  expect(seats[3]!.place.nodeOf).toEqual([0, 1, 0, 1, 2])
  expect(seats[3]!.place.sharing).toEqual([false, false, false])
  expect(seats[3]!.hub).toEqual({ pid: 100, hostname: 'b' })
})

test('ranks of other hosts are reached at the address they have towards rank 0, whose host has that of rank 0', () => {
  const seats = seatsOf([guest(0, 'a'), guest(1, 'a'), guest(2, 'b')], FACTS)
  expect(seats.map(({ place }) => place.net?.address)).toEqual(['10.0.0.1', '10.0.0.1', '10.0.1.2'])
  expect(seats[2]!.place.net).toEqual({ address: '10.0.1.2', ports: null, secret: 's', encrypted: true })
})

test('on one host nothing listens to the network', () => {
  expect(seatsOf([guest(0, 'a'), guest(1, 'a')], FACTS).map(({ place }) => place.net)).toEqual([null, null])
})
