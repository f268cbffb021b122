import { describe, expect, test } from 'vitest'
import {
  describeAgentEnd,
  diagnoseGreeting,
  diagnoseStart,
  isPassing,
} from '../../../src/launcher/remote/diagnosis.ts'
import { version } from '../../../src/version.ts'

const INSTALLATION = {
  nodePath: '/n/node',
  agentPath: '/home/u/p/node_modules/tsmpi/dist/launcher/remote/main.js',
}

function ended(code: number | null, stderr: string) {
  return { file: 'ssh', code, signal: null, stderr }
}

describe('no greeting', () => {
  test.each([
    [
      127,
      'bash: line 1: /n/node: No such file or directory\n',
      'there is no /n/node there ("bash: line 1: /n/node: No such file or directory"); install Node 20.19 or later, or say where it is with --node PATH',
    ],
    [
      126,
      'sh: 1: exec: /n/node: Permission denied',
      '/n/node cannot be run there ("sh: 1: exec: /n/node: Permission denied"); install Node 20.19 or later, or say where it is with --node PATH',
    ],
    [
      1,
      `node:internal/modules/cjs/loader:1210\n  throw err;\nError: Cannot find module '${INSTALLATION.agentPath}'\n    at x\n\nNode.js v20.1.0\n`,
      `there is no tsmpi there (no file ${INSTALLATION.agentPath}); there: npm i --prefix /home/u/p tsmpi@${version}`,
    ],
    [
      255,
      'Banner\nssh: connect to host b port 22: No route to host\r\n',
      'ssh ended with exit code 255: ssh: connect to host b port 22: No route to host',
    ],
    [255, '', 'ssh ended with exit code 255 without a word'],
    [
      1,
      'file:///x.js:1\nSyntaxError: no\n    at y\n\nNode.js v20.19.0\n',
      'ssh ended with exit code 1: SyntaxError: no',
    ],
  ])('exit code %i and %j', (code, stderr, expected) => {
    expect(diagnoseStart(ended(code, stderr), INSTALLATION)).toBe(expected)
  })

  test('of a checkout nobody can say where it should be installed', () => {
    const agentPath = '/src/tsmpi/dist/launcher/remote/main.js'
    const stderr = `Error: Cannot find module '${agentPath}'`
    expect(diagnoseStart(ended(1, stderr), { ...INSTALLATION, agentPath })).toBe(
      `there is no tsmpi there (no file ${agentPath}); after npm i --prefix DIR tsmpi@${version} there, name it with --prefix DIR`,
    )
  })

  test('a signal', () => {
    expect(describeAgentEnd({ file: 'ssh', code: null, signal: 'SIGKILL', stderr: '' })).toBe(
      'ssh was killed by SIGKILL without a word',
    )
  })
})

test.each([
  ['ssh: connect to host b port 22: Connection refused', true],
  ['kex_exchange_identification: read: Connection reset by peer', true],
  ['ssh: Could not resolve hostname b: Temporary failure in name resolution', true],
  ['ssh: Could not resolve hostname b: Name or service not known', false],
  ['ssh: Could not resolve hostname b: nodename nor servname provided, or not known', false],
  ['Connection closed by 10.0.0.2 port 22', true],
  ['u@b: Permission denied (publickey).', false],
  ['Host key verification failed.', false],
])('%s: worth another attempt: %j', (stderr, expected) => {
  expect(isPassing(ended(255, stderr), {})).toBe(expected)
})

test('a name nobody knows: another attempt only where names come late', () => {
  const end = ended(255, 'ssh: Could not resolve hostname pod-7: Name or service not known\r\n')
  expect(isPassing(end, { KUBERNETES_SERVICE_HOST: '10.96.0.1' })).toBe(true)
  expect(diagnoseStart(end, INSTALLATION)).toBe(
    'ssh ended with exit code 255: ssh: Could not resolve hostname pod-7: Name or service not known; ' +
      'correct the name in -H or the hostfile, or say in ~/.ssh/config which HostName it stands for',
  )
})

describe('a greeting', () => {
  test.each(['v20.19.0', 'v22.1.0', 'v26.0.0'])('%s will do', (node) => {
    expect(diagnoseGreeting({ version, node }, INSTALLATION)).toBeNull()
  })

  test.each(['v20.18.3', 'v18.20.0', 'v9.0.0'])('%s will not', (node) => {
    expect(diagnoseGreeting({ version: '9.9.9', node }, INSTALLATION)).toBe(
      `/n/node is Node ${node} there, and tsmpi needs 20.19 or later; install it, or say where one is with --node PATH`,
    )
  })
})
