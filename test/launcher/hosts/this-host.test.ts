import { expect, test } from 'vitest'
import { isThisHost, runsHere } from '../../../src/launcher/hosts/this-host.ts'

const ADDRESSES = ['127.0.0.1', '10.0.0.7', '::1', 'fd00::7', 'fe80::1']

test.each([
  ['localhost', true],
  ['LocalHost', true],
  ['localhost.localdomain', true],
  ['node5.example.org', true],
  ['node5.example.org.', true],
  ['NODE5', true],
  ['node5', true],
  ['node', false],
  ['node55', false],
  ['node5.example.com', false],
  ['127.0.0.1', true],
  ['127.0.1.1', true],
  ['10.0.0.7', true],
  ['10.0.0.8', false],
  ['::1', true],
  ['0:0:0:0:0:0:0:1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:10.0.0.7', true],
  ['fd00:0::7', true],
  ['FD00::7', true],
  ['fd00::8', false],
  ['fe80::1%eth0', true],
])('%s on node5.example.org: %s', (name, expected) => {
  expect(isThisHost(name, 'node5.example.org', ADDRESSES)).toBe(expected)
})

test('a short hostname does not tell which domain is its own', () => {
  expect(isThisHost('node5.example.org', 'node5', ADDRESSES)).toBe(false)
})

test('another user is run through ssh, on this host too', () => {
  const here = { hostname: 'node5', addresses: ADDRESSES, user: 'alice', nodeName: 'n1' }
  const runs = (name: string, user: string | null) =>
    runsHere({ name, user, slots: 1, maxSlots: null, origin: '-H' }, here)
  expect(runs('localhost', null)).toBe(true)
  expect(runs('localhost', 'alice')).toBe(true)
  expect(runs('localhost', 'bob')).toBe(false)
  expect(runs('n1', null)).toBe(true)
  expect(runs('n2', null)).toBe(false)
})
