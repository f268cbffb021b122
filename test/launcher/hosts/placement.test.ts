import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HostEntry } from '../../../src/launcher/hosts/host.ts'
import { parseHostfile } from '../../../src/launcher/hosts/hostfile.ts'
import { type PlacementRequest, place, withCpus } from '../../../src/launcher/hosts/placement.ts'
import { messageOf } from './message-of.ts'

const request = (ranks: number | null, more: Partial<PlacementRequest> = {}): PlacementRequest => ({
  ranks,
  mapBy: 'slot',
  oversubscribe: false,
  ...more,
})

const ranksOf = (lines: string, asked: PlacementRequest) =>
  place(parseHostfile(lines.replaceAll('; ', '\n'), 'hosts'), asked).map(
    ({ entry, ranks }) => `${entry.name} ${ranks}`,
  )

const node = { mapBy: 'node' } as const
const over = { oversubscribe: true }

test.each<[string, PlacementRequest, string[]]>([
  ['a:4; b:4', request(6), ['a 0,1,2,3', 'b 4,5']],
  ['a:4; b:4', request(4), ['a 0,1,2,3']],
  ['a:4; b:4', request(6, node), ['a 0,2,4', 'b 1,3,5']],
  ['a:1; b:4; c:2', request(7, node), ['a 0', 'b 1,3,5,6', 'c 2,4']],
  ['a:4; b:4; c:4', request(2, node), ['a 0', 'b 1']],
  ['a:2; b:1', request(null), ['a 0,1', 'b 2']],
  ['a:2; b:1', request(null, node), ['a 0,2', 'b 1']],
  ['a:2; b:2', request(3, over), ['a 0,1', 'b 2']],
])('%s %j', (lines, asked, expected) => {
  expect(ranksOf(lines, asked)).toEqual(expected)
})

describe('--oversubscribe', () => {
  test.each<[string, PlacementRequest, string[]]>([
    ['a:2; b:2', request(6, over), ['a 0,1,2', 'b 3,4,5']],
    ['a:1; b:3', request(8, over), ['a 0,1', 'b 2,3,4,5,6,7']],
    ['a:1; b:3', request(5, over), ['a 0', 'b 1,2,3,4']],
    ['a:2 max_slots=3; b:2', request(8, over), ['a 0,1,2', 'b 3,4,5,6,7']],
    ['a:2 max_slots=2; b:1 max_slots=4', request(6, over), ['a 0,1', 'b 2,3,4,5']],
    ['a:1; b:2', request(6, { ...over, ...node }), ['a 0,2', 'b 1,3,4,5']],
  ])('%s %j', (lines, asked, expected) => {
    expect(ranksOf(lines, asked)).toEqual(expected)
  })
})

describe('refused in three lines: asked, have, how to allow it', () => {
  test('too few slots', () => {
    const lines = 'node1 slots=4; node2 slots=2'
    expect(messageOf(() => ranksOf(lines, request(16)))).toBe(
      [
        'asked for 16 ranks',
        'have 6 slots: node1 4 (hosts:1), node2 2 (hosts:2)',
        '--oversubscribe allows more ranks than slots; without it start at most 6, with -n 6',
      ].join('\n'),
    )
  })

  test('too few slots, and limits below', () => {
    expect(messageOf(() => ranksOf('a slots=1 max_slots=3', request(4)))).toBe(
      [
        'asked for 4 ranks',
        'have 1 slot: a 1 (hosts:1)',
        '--oversubscribe allows up to 3 ranks, because of max_slots; name more hosts for 4; without it start at most 1, with -n 1',
      ].join('\n'),
    )
  })

  test('above the limits', () => {
    const lines = 'a slots=4 max_slots=5; b slots=2 max_slots=2'
    expect(messageOf(() => ranksOf(lines, request(8, over)))).toBe(
      [
        'asked for 8 ranks',
        'have room for 7: a 4, max_slots=5 (hosts:1), b 2, max_slots=2 (hosts:2)',
        'max_slots is a limit for --oversubscribe too: raise it, name more hosts, or start at most 7, with -n 7',
      ].join('\n'),
    )
  })

  test('of many hosts, some are shown', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `n${i}:1`).join('; ')
    expect(messageOf(() => ranksOf(lines, request(21)))).toContain('n7 1 (hosts:8) and 12 more hosts\n')
  })
})

test('the CPUs of a host are its slots where none are said, up to its limit', () => {
  const entries = parseHostfile('a\nb max_slots=4\nc:2', 'hosts')
  const told = entries.map((entry) => withCpus(entry, 8))
  expect(told.map(({ slots, origin }) => [slots, origin])).toEqual([
    [8, 'its CPUs, hosts:1'],
    [4, 'its CPUs, hosts:2'],
    [2, 'hosts:3'],
  ])
  expect(() => place(entries, request(1))).toThrow('before the slots of a are known')
})

describe('whatever the hosts', () => {
  const host = fc.record({ slots: fc.integer({ min: 1, max: 9 }), above: fc.option(fc.nat(9)) })
  const job = fc.record({
    hosts: fc.array(host, { minLength: 1, maxLength: 6 }),
    ranks: fc.option(fc.integer({ min: 1, max: 80 })),
    mapBy: fc.constantFrom('slot', 'node'),
    oversubscribe: fc.boolean(),
  })

  const entriesOf = (hosts: { slots: number; above: number | null }[]) =>
    hosts.map(
      ({ slots, above }, at): HostEntry => ({
        name: `n${at}`,
        user: null,
        slots,
        maxSlots: above === null ? null : slots + above,
        origin: `f:${at + 1}`,
      }),
    )

  test('no rank is lost, none is placed twice, limits hold, and it is refused only for them', () => {
    fc.assert(
      fc.property(job, ({ hosts, ...asked }) => {
        const entries = entriesOf(hosts)
        const slots = entries.reduce((sum, entry) => sum + entry.slots!, 0)
        const room = entries.reduce((sum, entry) => sum + (entry.maxSlots ?? Number.POSITIVE_INFINITY), 0)
        const ranks = asked.ranks ?? slots
        if (ranks > (asked.oversubscribe ? Math.max(room, slots) : slots)) {
          expect(messageOf(() => place(entries, asked)).split('\n')).toHaveLength(3)
          return
        }
        const placed = place(entries, asked)
        const all = placed.flatMap((host) => host.ranks).sort((a, b) => a - b)
        expect(all).toEqual(Array.from({ length: ranks }, (_, rank) => rank))
        for (const { entry, slots, ranks: own } of placed) {
          expect(slots).toBe(entry.slots)
          expect(own.length).toBeGreaterThan(0)
          expect(own.length).toBeLessThanOrEqual(entry.maxSlots ?? ranks)
          if (all.length <= entries.reduce((sum, entry) => sum + entry.slots!, 0)) {
            expect(own.length).toBeLessThanOrEqual(slots)
          } else {
            expect(own.length).toBeGreaterThanOrEqual(slots)
          }
          expect([...own].sort((a, b) => a - b)).toEqual(own)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('by slot, the ranks of a host are consecutive, and hosts come in order', () => {
    fc.assert(
      fc.property(job, ({ hosts, ...asked }) => {
        const entries = entriesOf(hosts.map((host) => ({ ...host, above: null })))
        const placed = place(entries, { ...asked, mapBy: 'slot', oversubscribe: true })
        const order = placed.flatMap((host) => host.ranks)
        expect(order).toEqual(order.map((_, at) => at))
      }),
    )
  })

  test('by node, hosts with room left differ by one rank at most', () => {
    fc.assert(
      fc.property(job, ({ hosts, ...asked }) => {
        const entries = entriesOf(hosts)
        const slots = entries.reduce((sum, entry) => sum + entry.slots!, 0)
        const ranks = Math.min(asked.ranks ?? slots, slots)
        const placed = place(entries, { ...asked, ranks, mapBy: 'node' })
        const most = Math.max(...placed.map((host) => host.ranks.length))
        for (const { slots, ranks } of placed) {
          if (ranks.length < slots) expect(ranks.length).toBeGreaterThanOrEqual(most - 1)
        }
      }),
    )
  })
})
