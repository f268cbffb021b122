import { describe, expect, test } from 'vitest'
import { chooseAddresses, type HostOnNet } from '../../../src/launcher/remote/addresses.ts'

/** A host written as `name interface address/bits, ...`; `ssh`: the client's and the server's address. */
function host(text: string, more: { ssh?: string; network?: string | null } = {}): HostOnNet {
  const [hostname, ...rest] = text.split(' ')
  const [client, server] = more.ssh?.split(' > ') ?? []
  const addresses = rest
    .join(' ')
    .split(', ')
    .filter((one) => one !== '')
    .map((one) => {
      const [iface, cidr] = one.split(' ')
      return { iface: iface!, address: cidr!.split('/')[0]!, cidr: cidr!, isInternal: iface === 'lo' }
    })
  return {
    hostname: hostname!,
    isLauncher: more.ssh === undefined,
    facts: {
      addresses: [{ iface: 'lo', address: '127.0.0.1', cidr: '127.0.0.1/8', isInternal: true }, ...addresses],
      network: more.network === undefined ? hostname! : more.network,
      ssh: client && server ? { client, server } : null,
    },
  }
}

test('all hosts are one machine', () => {
  const hosts = [host('a eth0 10.0.0.1/24', { network: 'x' }), host('b eth0 10.0.0.1/24', { network: 'x' })]
  expect(chooseAddresses(hosts, null)).toEqual(['127.0.0.1', '127.0.0.1'])
})

test('one subnet', () => {
  const hosts = [host('a eth0 10.0.0.1/24'), host('b enp3s0 10.0.0.2/24', { ssh: '' })]
  expect(chooseAddresses(hosts, null)).toEqual(['10.0.0.1', '10.0.0.2'])
})

test('several: the one that ssh came over', () => {
  const hosts = [
    host('a eth0 10.0.0.1/24, ib0 10.9.0.1/16'),
    host('b eth0 10.0.0.2/24, ib0 10.9.0.2/16', { ssh: '10.9.0.1 > 10.9.0.2' }),
    host('c eth0 10.0.0.3/24, ib0 10.9.7.3/16', { ssh: '10.9.0.1 > 10.9.7.3' }),
  ]
  expect(chooseAddresses(hosts, null)).toEqual(['10.9.0.1', '10.9.0.2', '10.9.7.3'])
})

test('several, and ssh says nothing: the first of the first host, IPv4 before IPv6', () => {
  const hosts = [
    host('a eth0 fd00::1/64, eth1 10.1.0.1/24, eth2 10.2.0.1/24'),
    host('b eth0 fd00::2/64, eth2 10.2.0.2/24, eth1 10.1.0.2/24', { ssh: '' }),
  ]
  expect(chooseAddresses(hosts, null)).toEqual(['10.1.0.1', '10.1.0.2'])
})

test('only IPv6; not link-local addresses', () => {
  const hosts = [
    host('a eth0 fe80::1/64, eth0 fd00::1/64'),
    host('b eth0 fe80::2/64, eth0 fd00::2/64', { ssh: 'fe80::1%eth0 > fe80::2%eth0' }),
  ]
  expect(chooseAddresses(hosts, null)).toEqual(['fd00::1', 'fd00::2'])
})

describe('never', () => {
  test.each(['docker0', 'virbr0', 'br-0123456789ab', 'lxcbr0', 'podman0', 'cni0'])('%s', (bridge) => {
    const hosts = [
      host(`a ${bridge} 172.17.0.1/16, eth0 10.0.0.1/24`),
      host(`b ${bridge} 172.17.0.2/16, eth0 10.0.0.2/24`, { ssh: '172.17.0.1 > 172.17.0.2' }),
    ]
    expect(chooseAddresses(hosts, null)).toEqual(['10.0.0.1', '10.0.0.2'])
  })

  test('an address that several hosts have', () => {
    const hosts = [
      host('a mybr 192.168.7.1/24, eth0 10.0.0.1/24'),
      host('b mybr 192.168.7.1/24, eth0 10.0.0.2/24', { ssh: '' }),
    ]
    expect(chooseAddresses(hosts, null)).toEqual(['10.0.0.1', '10.0.0.2'])
  })
})

test('two of three hosts are one machine: its address, though both have it', () => {
  const hosts = [
    host('a eth0 10.0.0.1/24', { network: 'x' }),
    host('b eth0 10.0.0.1/24', { network: 'x' }),
    host('c eth0 10.0.0.2/24', { ssh: '10.0.0.1 > 10.0.0.2' }),
  ]
  expect(chooseAddresses(hosts, null)).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.2'])
})

describe('different subnets', () => {
  test('ssh proves a way between them', () => {
    const hosts = [
      host('a eth0 10.1.0.1/24'),
      host('b eth0 10.2.0.2/24', { ssh: '10.1.0.1 > 10.2.0.2' }),
      host('c eth0 10.3.0.3/24', { ssh: '10.1.0.1 > 10.3.0.3' }),
    ]
    expect(chooseAddresses(hosts, null)).toEqual(['10.1.0.1', '10.2.0.2', '10.3.0.3'])
  })

  test('ssh came through address translation: the addresses it saw are not those of the hosts', () => {
    const hosts = [host('a eth0 10.1.0.1/24'), host('b eth0 10.2.0.2/24', { ssh: '192.0.2.7 > 10.2.0.2' })]
    expect(() => chooseAddresses(hosts, null)).toThrow(
      [
        'the hosts are on no common network; name one with --iface NAME or --iface 10.0.0.0/24',
        '  host a: eth0 10.1.0.1/24',
        '  host b: eth0 10.2.0.2/24',
      ].join('\n'),
    )
  })

  test('nothing but loopback', () => {
    const hosts = [host('a', { network: null }), host('b', { network: null })]
    expect(() => chooseAddresses(hosts, null)).toThrow('\n  host b: none but loopback')
  })
})

describe('--iface', () => {
  const hosts = [
    host('a eth0 10.0.0.1/24, ib0 fe80::1/64, ib0 fd09::1/64, ib0 10.9.0.1/16'),
    host('b eth0 10.0.0.2/24, ib0 10.9.0.2/16', { ssh: '10.0.0.1 > 10.0.0.2' }),
  ]

  test.each([
    ['ib0', ['10.9.0.1', '10.9.0.2']],
    ['10.9.0.0/16', ['10.9.0.1', '10.9.0.2']],
    ['lo', ['127.0.0.1', '127.0.0.1']],
  ])('%s', (iface, expected) => {
    expect(chooseAddresses(hosts, iface)).toEqual(expected)
  })

  test('a host does not have it', () => {
    expect(() => chooseAddresses(hosts, 'fd09::/64')).toThrow(
      /^--iface fd09::\/64: host b has no such address\n {2}host a: eth0 10.0.0.1\/24, ib0 fe80::1\/64, /,
    )
  })
})
