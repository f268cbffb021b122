import { expect, test } from 'vitest'
import { pbsAllocation } from '../../../src/launcher/hosts/pbs.ts'
import { messageOf } from './message-of.ts'

const allocation = (text: string, env = {}) =>
  pbsAllocation({ PBS_NODEFILE: '/var/nodes', PBS_JOBID: '12.server', ...env }, (path) => {
    if (path === '/var/nodes') return text
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
  })

test('one line per slot', () => {
  expect(allocation('n1\nn1\nn2\nn1\n')).toEqual({
    manager: 'pbs',
    job: 'PBS job 12.server',
    hosts: [
      { name: 'n1', user: null, slots: 3, maxSlots: null, origin: 'PBS job 12.server' },
      { name: 'n2', user: null, slots: 1, maxSlots: null, origin: 'PBS job 12.server' },
    ],
  })
})

test('none outside a job', () => {
  expect(pbsAllocation({}, () => '')).toBeNull()
})

test('a file that is not there, or empty', () => {
  expect(messageOf(() => allocation('', { PBS_NODEFILE: '/absent' }))).toBe(
    'PBS_NODEFILE /absent cannot be read (ENOENT); unset PBS_NODEFILE to run outside the PBS job',
  )
  expect(messageOf(() => allocation('\n'))).toBe(
    'PBS_NODEFILE /var/nodes names no host; name the hosts with -H',
  )
})
