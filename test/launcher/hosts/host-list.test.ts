import { describe, expect, test } from 'vitest'
import { address, addUp } from '../../../src/launcher/hosts/add-up.ts'
import { parseHostList } from '../../../src/launcher/hosts/host-list.ts'
import { parseHostfile } from '../../../src/launcher/hosts/hostfile.ts'
import { messageOf } from './message-of.ts'

const short = (texts: string[]) =>
  addUp(parseHostList(texts)).map((entry) => `${address(entry)} ${entry.slots} ${entry.origin}`)

test.each([
  [['a:4,b,user@c:2,[::1]:2'], ['a 4 -H', 'b 1 -H', 'user@c 2 -H', '::1 2 -H']],
  [['a:4, b'], ['a 4 -H', 'b 1 -H']],
  [['a,b,a,a'], ['a 3 -H', 'b 1 -H']],
  [
    ['a:4', 'b', 'a:2'],
    ['a 6 -H', 'b 1 -H'],
  ],
  [['a,alice@a'], ['a 1 -H', 'alice@a 1 -H']],
])('-H %j', (texts, expected) => {
  expect(short(texts)).toEqual(expected)
})

describe('refused', () => {
  test.each([
    ['', '-H: found ""; hosts stand between commas: -H a:4,b:2'],
    ['a,,b', '-H: found "a,,b"; hosts stand between commas: -H a:4,b:2'],
    ['a,', '-H: found "a,"; hosts stand between commas: -H a:4,b:2'],
    ['a:0', '-H: found "a:0"; behind the host stands a colon and its slots, 1 or more: node5:4'],
    ['a,4', '-H: found "4"; a number alone names no host; the number of ranks is -n'],
    ['a b', '-H: found "a b"; a host is a name or an address, such as node5, alice@node5 or 10.0.0.7'],
    ['::1', '-H: found "::1"; an IPv6 address stands in brackets, with the slots behind them: [fd00::7]:2'],
  ])('-H %j', (text, message) => {
    expect(messageOf(() => parseHostList([text]))).toBe(message)
  })
})

describe('a host on several lines', () => {
  const together = (...lines: string[]) =>
    addUp(parseHostfile(lines.join('\n'), 'hosts')).map(
      ({ name, slots, maxSlots, origin }) => `${name} ${slots}/${maxSlots} ${origin}`,
    )

  test('slots add up, limits too; a line without a number is a slot', () => {
    expect(together('a:2', 'b', 'a:3')).toEqual(['a 5/null hosts:1, hosts:3', 'b null/null hosts:2'])
    expect(together('a', 'a', 'a')).toEqual(['a 3/null hosts:1 to hosts:3'])
    expect(together('a:2 max_slots=4', 'a:2 max_slots=3')).toEqual(['a 4/7 hosts:1, hosts:2'])
    expect(together('a:1 max_slots=4', 'a:2')).toEqual(['a 3/4 hosts:1, hosts:2'])
  })

  test('more together than the only limit allows', () => {
    expect(messageOf(() => together('a:2 max_slots=2', 'b', 'a:1'))).toBe(
      'hosts:1, hosts:3: a has 3 slots together, above its max_slots=2; give max_slots on each of these lines, or fewer slots',
    )
  })
})
