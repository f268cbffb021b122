import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expandNodelist } from '../../../src/bootstrap/nodelist.ts'
import { parseCounts, slurmAllocation } from '../../../src/launcher/hosts/slurm.ts'
import { messageOf } from './message-of.ts'

const job = (env: Record<string, string>) => slurmAllocation({ SLURM_JOB_ID: '17', ...env })
const slots = (env: Record<string, string>) =>
  job(env)!
    .hosts.map((host) => `${host.name}:${host.slots}`)
    .join(' ')

describe('a nodelist', () => {
  test.each([
    ['login', ['login']],
    ['n[1-3,07-09],login', ['n1', 'n2', 'n3', 'n07', 'n08', 'n09', 'login']],
    ['n[1,3]', ['n1', 'n3']],
    ['n[008-011]', ['n008', 'n009', 'n010', 'n011']],
    ['n[8-11]', ['n8', 'n9', 'n10', 'n11']],
    ['r[0-1]n[1-2]', ['r0n1', 'r0n2', 'r1n1', 'r1n2']],
    ['n[1-2]-ib,m[3]', ['n1-ib', 'n2-ib', 'm3']],
    ['a,b.c-d', ['a', 'b.c-d']],
  ])('%s', (text, names) => {
    expect(expandNodelist(text)).toEqual(names)
  })

  test.each([
    ['', '"" is no name such as n[1-3,7]'],
    ['a,,b', '"" is no name such as n[1-3,7]'],
    ['n[1-3', '"n[1-3" is no name such as n[1-3,7]'],
    ['n1-3]', '"n1-3]" is no name such as n[1-3,7]'],
    ['n[]', '"" in brackets is no range such as 1-3'],
    ['n[3-1]', '"3-1" in brackets is no range such as 1-3'],
    ['n[a-c]', '"a-c" in brackets is no range such as 1-3'],
    ['n[1-999999999999]', 'it has more than 65536 nodes'],
    ['r[1-9999]n[1-9999]', 'it has more than 65536 nodes'],
  ])('refused: %j', (text, message) => {
    expect(() => expandNodelist(text)).toThrow(new Error(message))
  })

  test('ranges of any width: all names, in order', () => {
    const range = fc.tuple(fc.nat(200), fc.nat(20), fc.nat(5))
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 4 }), (ranges) => {
        const padded = (number: number, width: number) => String(number).padStart(width, '0')
        const texts = ranges.map(
          ([first, more, width]) => `${padded(first, width)}-${padded(first + more, width)}`,
        )
        const names = ranges.flatMap(([first, more, width]) =>
          Array.from(
            { length: more + 1 },
            (_, i) => `n${padded(first + i, Math.max(width, `${first}`.length))}x`,
          ),
        )
        expect(expandNodelist(`n[${texts.join(',')}]x`)).toEqual(names)
      }),
    )
  })
})

test.each([
  ['2(x3),1', [2, 2, 2, 1]],
  ['4', [4]],
  ['1,2(x2),1', [1, 2, 2, 1]],
])('counts %s', (text, counts) => {
  expect(parseCounts(text, 100)).toEqual(counts)
})

test('no more counts than can be of use', () => {
  expect(parseCounts('1(x999999999)', 3)).toHaveLength(4)
})

describe('an allocation', () => {
  test('tasks are slots', () => {
    const env = {
      SLURM_JOB_NODELIST: 'n[1-4]',
      SLURM_NTASKS: '7',
      SLURM_TASKS_PER_NODE: '2(x3),1',
      SLURM_JOB_CPUS_PER_NODE: '8(x4)',
    }
    expect(slots(env)).toBe('n1:2 n2:2 n3:2 n4:1')
    expect(job(env)).toMatchObject({ manager: 'slurm', job: 'Slurm job 17' })
    expect(job(env)!.hosts[3]).toEqual({
      name: 'n4',
      user: null,
      slots: 1,
      maxSlots: null,
      origin: 'Slurm job 17',
    })
  })

  test('CPUs are, if no number of tasks was asked for', () => {
    const env = {
      SLURM_JOB_NODELIST: 'n[1-2]',
      SLURM_TASKS_PER_NODE: '1(x2)',
      SLURM_JOB_CPUS_PER_NODE: '4,8',
    }
    expect(slots(env)).toBe('n1:4 n2:8')
    expect(slots({ ...env, SLURM_NTASKS_PER_NODE: '1' })).toBe('n1:1 n2:1')
  })

  test('CPUs are, in a step on some of the nodes, whose tasks are not those of the job', () => {
    expect(
      slots({
        SLURM_JOB_NODELIST: 'n[1-2]',
        SLURM_NTASKS: '1',
        SLURM_TASKS_PER_NODE: '1',
        SLURM_JOB_CPUS_PER_NODE: '4(x2)',
      }),
    ).toBe('n1:4 n2:4')
  })

  test('the older name of the nodelist', () => {
    expect(slots({ SLURM_NODELIST: 'n1', SLURM_NTASKS: '3', SLURM_TASKS_PER_NODE: '3' })).toBe('n1:3')
  })

  test('none outside a job', () => {
    expect(slurmAllocation({})).toBeNull()
    expect(slurmAllocation({ SLURM_JOB_NODELIST: 'n1' })).toBeNull()
    expect(job({})).toBeNull()
  })

  const mend = 'name the hosts with -H, or run tsrun in the allocation itself'
  const leave = 'unset SLURM_JOB_ID to run outside the Slurm job'
  test.each([
    [
      { SLURM_JOB_NODELIST: 'n[1-2' },
      `SLURM_JOB_NODELIST is "n[1-2": "n[1-2" is no name such as n[1-3,7]; ${leave}`,
    ],
    [
      { SLURM_JOB_NODELIST: 'n1', SLURM_TASKS_PER_NODE: 'two' },
      `SLURM_TASKS_PER_NODE is "two": it is no list of numbers such as 2(x3),1; ${leave}`,
    ],
    [{ SLURM_JOB_NODELIST: 'n[1-2]' }, `the Slurm job has 2 nodes, but no SLURM_TASKS_PER_NODE; ${mend}`],
    [
      { SLURM_JOB_NODELIST: 'n[1-2]', SLURM_TASKS_PER_NODE: '1', SLURM_JOB_CPUS_PER_NODE: '1(x3)' },
      `the Slurm job has 2 nodes, but SLURM_JOB_CPUS_PER_NODE=1(x3) and SLURM_TASKS_PER_NODE=1; ${mend}`,
    ],
  ])('refused: %j', (env, message) => {
    expect(messageOf(() => job(env as unknown as Record<string, string>))).toBe(message)
  })
})
