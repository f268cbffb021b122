import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addUp } from '../../../src/launcher/hosts/add-up.ts'
import { parseHostfile } from '../../../src/launcher/hosts/hostfile.ts'
import { ROOT } from '../../helpers/tsrun.ts'
import { messageOf } from './message-of.ts'

const entry = (name: string, slots: number | null, more = {}) => ({
  name,
  user: null,
  slots,
  maxSlots: null,
  origin: 'hosts:1',
  ...more,
})

test.each([
  ['node1', entry('node1', null)],
  ['node1 slots=4', entry('node1', 4)],
  ['node1:4', entry('node1', 4)],
  ['  node1\tslots=4  ', entry('node1', 4)],
  ['node1 slots=4 max_slots=8', entry('node1', 4, { maxSlots: 8 })],
  ['node1 max-slots=8 slots=4', entry('node1', 4, { maxSlots: 8 })],
  ['node1:4 max_slots=4', entry('node1', 4, { maxSlots: 4 })],
  ['node1 max_slots=8', entry('node1', null, { maxSlots: 8 })],
  ['alice@node1:2', entry('node1', 2, { user: 'alice' })],
  ['a.b@corp.example@node1', entry('node1', null, { user: 'a.b@corp.example' })],
  ['192.0.2.17:2', entry('192.0.2.17', 2)],
  ['[fd00::7]', entry('fd00::7', null)],
  ['[fd00::7]:2', entry('fd00::7', 2)],
  ['[fd00::7] slots=2', entry('fd00::7', 2)],
  ['bob@[fe80::1%eth0]:2', entry('fe80::1%eth0', 2, { user: 'bob' })],
  ['pi-worker-0.pi.default.svc slots=2', entry('pi-worker-0.pi.default.svc', 2)],
  ['node1:2#comment', entry('node1', 2)],
  ['node1 slots=2 # slots=3', entry('node1', 2)],
  ['\uFEFFnode1', entry('node1', null)],
])('%j', (line, expected) => {
  expect(parseHostfile(line, 'hosts')).toEqual([expected])
})

test('empty lines, comments and line ends of Windows count as lines and mean nothing', () => {
  expect(parseHostfile('# two hosts\r\n\r\na:1\r\n   \r\n  # b:2\r\nc:3\r\n', 'hosts')).toEqual([
    entry('a', 1, { origin: 'hosts:3' }),
    entry('c', 3, { origin: 'hosts:6' }),
  ])
})

describe('anything else is an error with its line and the offending text', () => {
  const misplaced = 'only slots=N and max_slots=N may stand there, and every host has a line of its own'
  const brackets = 'an IPv6 address stands in brackets, with the slots behind them: [fd00::7]:2'
  const name = 'a host is a name or an address, such as node5, alice@node5 or 10.0.0.7'
  const slots = 'behind the host stands a colon and its slots, 1 or more: node5:4'
  test.each([
    ['a cores=4', `found "cores=4" behind a; ${misplaced}`],
    ['a b', `found "b" behind a; ${misplaced}`],
    ['a 4', 'found "4" behind a; write slots=4'],
    ['a :4', 'found ":4" behind a; write slots=4'],
    ['a slot=4', 'found "slot=4" behind a; did you mean slots=N, without blanks around the "="?'],
    ['a slots = 4', 'found "slots" behind a; did you mean slots=N, without blanks around the "="?'],
    ['a slots=', 'found "slots="; slots is a whole number, 1 or more'],
    ['a slots=0', 'found "slots=0"; slots is a whole number, 1 or more'],
    ['a slots=1000001', 'found "slots=1000001"; slots is a whole number, 1 or more'],
    ['a max_slots=-1', 'found "max_slots=-1"; max_slots is a whole number, 1 or more'],
    ['a slots=1 slots=2', 'found "slots=2"; a has slots already, give them once'],
    ['a:1 slots=2', 'found "slots=2"; a has slots already, give them once'],
    ['a slots=4 max_slots=3', 'a has 4 slots, above its max_slots=3; lower the one or raise the other'],
    ['a:', `found "a:"; ${slots}`],
    ['a:0', `found "a:0"; ${slots}`],
    ['a:x', `found "a:x"; ${slots}`],
    ['[fd00::7]2', `found "[fd00::7]2"; ${slots}`],
    ['fd00::7', `found "fd00::7"; ${brackets}`],
    ['::1', `found "::1"; ${brackets}`],
    ['[::1', `found "[::1"; ${brackets}`],
    ['[node1]:2', `found "[node1]:2"; ${brackets}`],
    ['[]', `found "[]"; ${brackets}`],
    ['-oProxyCommand=x', `found "-oProxyCommand=x"; ${name}`],
    ['slots=4', `found "slots=4"; ${name}`],
    ['a,b', `found "a,b"; ${name}`],
    [':4', `found ":4"; ${name}`],
    ['a@', `found "a@"; ${name}`],
    ['@a', 'found "@a"; before the @ stands the name of a user: alice@node5'],
    ['-l@a', 'found "-l@a"; before the @ stands the name of a user: alice@node5'],
    ['16', 'found "16"; a number alone names no host; the number of ranks is -n'],
  ])('%s', (line, message) => {
    expect(messageOf(() => parseHostfile(`ok\n${line} # c`, 'hosts'))).toBe(`hosts:2: ${message}`)
  })

  test('no host at all', () => {
    expect(messageOf(() => parseHostfile('# none\n\n', 'hosts'))).toBe(
      'hosts names no host; write one per line, such as "node5 slots=4"',
    )
  })
})

test('both dialects say the same', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,9}$/)
  fc.assert(
    fc.property(word, fc.option(word), fc.integer({ min: 1, max: 999 }), (name, user, slots) => {
      const host = user === null ? name : `${user}@${name}`
      const expected = [{ name, user, slots, maxSlots: null, origin: 'f:1' }]
      expect(parseHostfile(`${host}:${slots}`, 'f')).toEqual(expected)
      expect(parseHostfile(`${host} slots=${slots}`, 'f')).toEqual(expected)
    }),
  )
})

test('whatever a file says, it is read or refused with a line', () => {
  const piece = fc.constantFrom('a', 'b', ':', '[', ']', '::1', '@', ' ', '\n', '#', 'slots', '=', '4', '-')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        for (const host of parseHostfile(pieces.join(''), 'f')) {
          expect(host.name).not.toMatch(/^-|\s/)
          expect(host.slots ?? 1).toBeGreaterThan(0)
        }
      } catch (error) {
        expect((error as Error).message).toMatch(/^f(:\d+: | names no host)/)
      }
    }),
    { numRuns: 2000 },
  )
})

test('hostfile.example says what it says', () => {
  const text = readFileSync(join(ROOT, 'hostfile.example'), 'utf8')
  const hosts = addUp(parseHostfile(text, 'hostfile.example'))
  expect(hosts.map(({ origin, ...host }) => Object.values(host))).toEqual([
    ['node01', null, null, null],
    ['node02', null, 4, null],
    ['node03', null, 6, null],
    ['node04', null, 4, 8],
    ['node05.example.org', 'alice', 2, null],
    ['192.0.2.17', null, 2, null],
    ['2001:db8::17', null, 2, null],
    ['2001:db8::18', null, 2, null],
    ['node07', null, 2, null],
    ['localhost', null, 2, null],
  ])
})
