import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../../src/launcher/arguments.ts'
import { hostsOf, type Surroundings } from '../../../src/launcher/hosts/hosts-of.ts'
import { messageOf } from './message-of.ts'

const FILES: Record<string, string> = {
  '/home/hosts': 'node1 slots=2\nnode2 slots=2\n',
  '/home/two': 'n1\nn2:1\n',
  '/home/many': 'n1:9\n',
  '/home/here': 'localhost\nnode1\n',
  '/home/limited': 'n1 max_slots=3\nn3 max_slots=9\n',
  '/var/one': 'front.example.org\n',
  '/var/nodes': 'p1\np1\np2\n',
}

const SLURM = {
  SLURM_JOB_ID: '17',
  SLURM_JOB_NODELIST: 'n[1-3]',
  SLURM_NTASKS: '10',
  SLURM_TASKS_PER_NODE: '4(x2),2',
}

const PBS = { PBS_NODEFILE: '/var/nodes', PBS_JOBID: '12' }

function surroundings(env: Record<string, string>): Surroundings {
  return {
    env,
    cwd: '/home',
    cpus: 6,
    hostname: 'front',
    addresses: ['127.0.0.1', '10.0.0.1'],
    user: 'alice',
    nodeName: env.SLURMD_NODENAME ?? null,
    readFile: (path) => {
      if (FILES[path] !== undefined) return FILES[path]
      const code = path === '/home/folder' ? 'EISDIR' : 'ENOENT'
      throw Object.assign(new Error(code), { code })
    },
  }
}

/** `words`: options of tsrun. */
function hosts(words: string, env: Record<string, string> = {}) {
  const command = parseArguments([...words.split(' ').filter(Boolean), 'a.ts'])
  if (command.kind !== 'run') throw new Error('not a run')
  const found = hostsOf(command.plan, surroundings(env))
  return found?.map(({ name, slots, origin }) => `${name} ${slots} ${origin}`) ?? null
}

describe('in order of precedence', () => {
  const env = { ...SLURM, ...PBS, TSRUN_HOSTFILE: 'two' }

  test('-H', () => {
    expect(hosts('-H n2 --hostfile hosts', env)).toEqual(['n2 1 -H in Slurm job 17'])
  })

  test('--hostfile', () => {
    expect(hosts('--hostfile hosts', { TSRUN_HOSTFILE: 'two' })).toEqual([
      'node1 2 hosts:1',
      'node2 2 hosts:2',
    ])
  })

  test('TSRUN_HOSTFILE', () => {
    expect(hosts('', env)).toEqual(['n1 4 two:1 in Slurm job 17', 'n2 1 two:2 in Slurm job 17'])
  })

  test('Slurm', () => {
    expect(hosts('', { ...SLURM, ...PBS, TSRUN_HOSTFILE: '' })).toEqual([
      'n1 4 Slurm job 17',
      'n2 4 Slurm job 17',
      'n3 2 Slurm job 17',
    ])
  })

  test('PBS', () => {
    expect(hosts('', PBS)).toEqual(['p1 2 PBS job 12', 'p2 1 PBS job 12'])
  })

  test('else this host', () => {
    expect(hosts('')).toBeNull()
    expect(hosts('-n 9')).toBeNull()
  })
})

describe('this host among those asked for', () => {
  test('its CPUs need not be asked', () => {
    expect(hosts('--hostfile here')).toEqual(['localhost 6 its CPUs, here:1', 'node1 null here:2'])
  })

  test('by several names it is one host', () => {
    expect(hosts('-H localhost:2,node1,127.0.0.1,front:3')).toEqual(['localhost 6 -H', 'node1 1 -H'])
    expect(hosts('-H localhost,bob@localhost')).toEqual(['localhost 1 -H', 'localhost 1 -H'])
  })

  test('with --rsh, every name is a host', () => {
    expect(hosts('--rsh docker -H localhost:2,127.0.0.1,localhost')).toEqual([
      'localhost 3 -H',
      '127.0.0.1 1 -H',
    ])
  })
})

describe('inside an allocation', () => {
  test('slots that are not said are those of the allocation', () => {
    expect(hosts('--hostfile limited', SLURM)).toEqual([
      'n1 3 limited:1 in Slurm job 17',
      'n3 2 limited:2 in Slurm job 17',
    ])
  })

  test('long and short names of a host are one', () => {
    expect(hosts('-H n1.example.org:2,n1', SLURM)).toEqual(['n1 3 -H in Slurm job 17'])
  })

  test('localhost is a host of it where tsrun runs on one', () => {
    expect(hosts('-H localhost:2', { ...SLURM, SLURMD_NODENAME: 'n2' })).toEqual(['n2 2 -H in Slurm job 17'])
  })

  test.each([
    [
      '-H n9',
      '-H: n9 is not among the hosts of Slurm job 17, which are n1, n2, n3; name hosts of the allocation only',
    ],
    [
      '-H localhost',
      '-H: localhost is not among the hosts of Slurm job 17, which are n1, n2, n3; name hosts of the allocation only',
    ],
    [
      '-H n3:3',
      '-H: 3 slots on n3, but Slurm job 17 has 2 slots there; ask for at most 2, or for a larger allocation',
    ],
    [
      '-H n1:3,n1.example.org:2',
      '-H: 5 slots on n1, but Slurm job 17 has 4 slots there; ask for at most 4, or for a larger allocation',
    ],
    [
      '--hostfile many',
      'many:1: 9 slots on n1, but Slurm job 17 has 4 slots there; ask for at most 4, or for a larger allocation',
    ],
  ])('%s: refused, naming both', (words, message) => {
    expect(messageOf(() => hosts(words, SLURM))).toBe(message)
  })

  test('of many hosts, some are listed', () => {
    const env = { ...SLURM, SLURM_JOB_NODELIST: 'n[1-20]', SLURM_TASKS_PER_NODE: '1(x20)' }
    expect(messageOf(() => hosts('-H a', env))).toContain('n1, n2, n3, n4, n5, n6, n7, n8 and 12 more;')
  })
})

describe('an allocation of one node, and no hosts asked for', () => {
  const one = { ...SLURM, SLURM_JOB_NODELIST: 'n1', SLURM_TASKS_PER_NODE: '2' }

  test('on that node it is as if there were none: any number of ranks', () => {
    expect(hosts('-n 8', { ...one, SLURMD_NODENAME: 'n1' })).toBeNull()
    expect(hosts('-n 8', { ...one, SLURM_JOB_NODELIST: 'front' })).toBeNull()
    expect(hosts('-n 8', { PBS_NODEFILE: '/var/one' })).toBeNull()
  })

  test('but without -n its slots count', () => {
    expect(hosts('', { ...one, SLURMD_NODENAME: 'n1' })).toEqual(['n1 2 Slurm job 17'])
  })

  test('from elsewhere, the node is a host like any other', () => {
    expect(hosts('-n 8', one)).toEqual(['n1 2 Slurm job 17'])
  })
})

test.each([
  ['--hostfile absent', {}, '--hostfile absent: there is no file /home/absent'],
  ['--hostfile /etc/x', {}, '--hostfile /etc/x: there is no file /etc/x'],
  ['--hostfile folder', {}, '--hostfile folder: /home/folder cannot be read (EISDIR)'],
  ['', { TSRUN_HOSTFILE: 'absent' }, 'TSRUN_HOSTFILE absent: there is no file /home/absent'],
])('%s %j', (words, env, message) => {
  expect(messageOf(() => hosts(words, env as Record<string, string>))).toBe(message)
})
