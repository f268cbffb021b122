import { expect, test } from 'vitest'
import { expandNodelist } from '../../../src/bootstrap/foreign/nodelist.ts'

test.each([
  ['n1', 'n1'],
  ['login,n1', 'login n1'],
  ['n[1-3]', 'n1 n2 n3'],
  ['n[1,3-4]', 'n1 n3 n4'],
  ['n[08-11]', 'n08 n09 n10 n11'],
  ['n[2,1]', 'n2 n1'],
  ['gpu[1-2]-ib,login', 'gpu1-ib gpu2-ib login'],
  ['r[1-2]n[1-2]', 'r1n1 r1n2 r2n1 r2n2'],
  ['a.b.c,n-1', 'a.b.c n-1'],
])('%s', (list, names) => {
  expect(expandNodelist(list).join(' ')).toBe(names)
})

test.each(['n[', 'n]', 'n[1', 'n[]', 'n[a-b]', 'n[3-1]', 'n[1-999999999]', 'n[1-99999]m[1-99999]', 'a,,b'])(
  '"%s" is refused',
  (list) => {
    expect(() => expandNodelist(list)).toThrow('cannot read the list of Slurm nodes')
  },
)

test('of nothing, nothing', () => {
  expect(expandNodelist('')).toEqual([])
})
