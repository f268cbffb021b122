import { expect, test } from 'vitest'
import { describePlacement } from '../../../src/launcher/hosts/describe.ts'
import { parseHostfile } from '../../../src/launcher/hosts/hostfile.ts'
import type { PlacementRequest } from '../../../src/launcher/hosts/placement.ts'
import { messageOf } from './message-of.ts'

const described = (lines: string[], ranks: number | null, more: Partial<PlacementRequest> = {}) =>
  describePlacement(
    parseHostfile(lines.join('\n'), 'hosts'),
    { ranks, mapBy: 'slot', oversubscribe: false, ...more },
    'in /home: /home/a.ts x',
  )

test('host after host', () => {
  expect(described(['node1:4', 'alice@node20 slots=2', 'node3:4'], 7)).toBe(
    `7 ranks on 3 hosts, by slot, in /home: /home/a.ts x
  node1         ranks 0-3  4 slots  hosts:1
  alice@node20  ranks 4,5  2 slots  hosts:2
  node3         rank 6     4 slots  hosts:3
`,
  )
})

test('in turns', () => {
  expect(described(['a:1', 'b:6'], null, { mapBy: 'node' })).toBe(
    `7 ranks on 2 hosts, by node, in /home: /home/a.ts x
  a  rank 0     1 slot   hosts:1
  b  ranks 1-6  6 slots  hosts:2
`,
  )
  expect(described(['a:3', 'b:3'], 6, { mapBy: 'node' })).toBe(
    `6 ranks on 2 hosts, by node, in /home: /home/a.ts x
  a  ranks 0,2,4  3 slots  hosts:1
  b  ranks 1,3,5  3 slots  hosts:2
`,
  )
})

test('hosts without ranks are left out', () => {
  expect(described(['a:2', 'b:2'], 1)).toBe(
    `1 rank on 1 host, by slot, in /home: /home/a.ts x
  a  rank 0  2 slots  hosts:1
`,
  )
})

test('more ranks than slots', () => {
  expect(described(['a:2', 'b:1'], 4, { oversubscribe: true })).toBe(
    `4 ranks on 2 hosts, by slot, in /home: /home/a.ts x
  a  ranks 0-2  2 slots, oversubscribed  hosts:1
  b  rank 3     1 slot                   hosts:2
`,
  )
  expect(messageOf(() => described(['a:2', 'b:1'], 4))).toMatch(/^asked for 4 ranks\nhave 3 slots/)
})

test('what depends on CPUs that nobody has asked yet is open', () => {
  expect(described(['a:2', 'b', 'c:4'], 5)).toBe(
    `5 ranks on up to 3 hosts, by slot, in /home: /home/a.ts x
  a  ranks 0,1   2 slots                                    hosts:1
  b  ranks open  a slot per CPU, asked when the job starts  hosts:2
  c  ranks open  4 slots                                    hosts:3
`,
  )
  expect(described(['b', 'c:4'], null, { mapBy: 'node' })).toBe(
    `one rank per slot on up to 2 hosts, by node, in /home: /home/a.ts x
  b  ranks open  a slot per CPU, asked when the job starts  hosts:1
  c  ranks open  4 slots                                    hosts:2
`,
  )
})

test('unless the job is full before', () => {
  expect(described(['a:2', 'b', 'c:4'], 2)).toBe(
    `2 ranks on 1 host, by slot, in /home: /home/a.ts x
  a  ranks 0,1  2 slots  hosts:1
`,
  )
})
