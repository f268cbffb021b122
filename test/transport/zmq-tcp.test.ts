/** What is different between hosts: addresses and ports, ranks that admit nobody yet, links that are cut. */

import { type AddressInfo, createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { readCard, writeCard } from '../../src/transport/zmq/card.ts'
import type { Timing } from '../../src/transport/zmq/tcp.ts'
import type { ZmqOptions } from '../../src/transport/zmq/zmq.ts'
import { data, Group, isData, numbered } from './contract-tools.ts'
import { Deferred } from './deferred.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { overTcp, type ZmqFixture, zmqRanks } from './zmq-ranks.ts'

/** The system of a proxy answers also for a link that is cut behind it, so its process has to. */
const SHORT: Partial<Timing> = {
  heartbeatMs: 100,
  silenceMs: 400,
  answerMs: 400,
  probeMs: 400,
  connectMs: 2000,
}
const hasIPv6 = Object.values(networkInterfaces()).some((all) => all!.some((a) => a.address === '::1'))

describe('zmq over tcp', { timeout: 60_000 }, () => {
  let fixture: ZmqFixture
  const others: { close(): void }[] = []

  afterEach(async () => {
    for (const other of others.splice(0)) other.close()
    await fixture.dispose()
  })

  const open = (size: number, more: Parameters<typeof zmqRanks>[1]): Group => {
    fixture = zmqRanks(size, more)
    return new Group(fixture)
  }

  const listener = (): Promise<Server & { port: number }> =>
    new Promise((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () =>
        resolve(Object.assign(server, { port: (server.address() as AddressInfo).port })),
      )
      others.push(server)
    })

  const withPorts = (first: number, last: number): Partial<ZmqOptions> => ({
    ...overTcp(true),
    network: { ...overTcp(true).network!, ports: { first, last } },
  })

  /** Every rank sees another card of every other one. */
  const withCards = (
    more: Partial<ZmqOptions>,
    change: (card: ReturnType<typeof readCard>, reader: number, of: number) => Promise<object> | object,
  ) =>
    ((rank: number) => ({
      ...more,
      lookup: async (peer: number) => {
        fixture.transports[peer]!.want()
        const card = readCard(await fixture.cards[peer]!, peer)
        return writeCard({ ...card, ...(await change(card, rank, peer)) })
      },
    })) satisfies Parameters<typeof zmqRanks>[1]

  const meet = async (group: Group, a: number, b: number) => {
    group.send(a, b, numbered(1, 500), data(500, 1), null)
    await group.sink(b).arrived(1, a)
    group.send(b, a, numbered(2, 500), data(500, 2), null)
    await group.sink(a).arrived(1, b)
    expect(isData(group.sink(a).from(b)[0]!.body, 2)).toBe(true)
  }

  it('listens on the given address only, and on no port in a job of one host', async () => {
    const group = open(2, overTcp(true))
    group.hold()
    await meet(group, 0, 1)
    expect(readCard(await fixture.cards[0]!, 0).tcp).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
  })

  it('opens no port in a job of one host', async () => {
    const group = open(2, { host: 'testhost' })
    group.hold()
    await meet(group, 0, 1)
    expect(JSON.parse(await fixture.cards[0]!)).toEqual({
      endpoint: `ipc://${fixture.dir}/r0`,
      host: 'testhost',
    })
  })

  it('takes the next port of its range that is free', async () => {
    const { port } = await listener()
    const group = open(2, withPorts(port, Math.min(port + 50, 65_535)))
    group.hold()
    await meet(group, 0, 1)
    for (const rank of [0, 1]) {
      const taken = Number(
        readCard(await fixture.cards[rank]!, rank)
          .tcp!.split(':')
          .at(-1),
      )
      expect(taken).toBeGreaterThan(port)
      expect(taken).toBeLessThanOrEqual(port + 50)
    }
  })

  it('names the rank, the host and the range when all of it is taken', async () => {
    const { port } = await listener()
    const group = open(2, withPorts(port, port))
    group.hold()
    group.send(0, 1, numbered(0), null, null)
    await group.sink(0).until(() => group.sink(0).breaches.length > 0)
    expect(group.sink(0).breaches.splice(0).join()).toMatch(
      `rank 0 on host testhost found no free port at 127.0.0.1: all of ${port}-${port} are taken`,
    )
    group.sink(1).breaches.splice(0)
  })

  it('names the address that is not of this host', async () => {
    const group = open(2, overTcp(true, '192.0.2.1'))
    group.hold()
    group.send(0, 1, numbered(0), null, null)
    await group.sink(0).until(() => group.sink(0).breaches.length > 0)
    expect(group.sink(0).breaches.splice(0).join()).toMatch(
      /rank 0 on host testhost cannot listen at tcp:\/\/192\.0\.2\.1:\*: .*--iface/,
    )
    group.sink(1).breaches.splice(0)
  })

  it.skipIf(!hasIPv6)('speaks IPv6', async () => {
    const group = open(2, overTcp(true, '::1'))
    group.hold()
    await meet(group, 0, 1)
    expect(readCard(await fixture.cards[0]!, 0).tcp).toMatch(/^tcp:\/\/\[::1\]:\d+$/)
  })

  it('reaches ranks of its own host through their socket files, and only those', async () => {
    const nodeOf = [0, 0, 1]
    const group = open(
      3,
      withCards({ ...overTcp(true), nodeOf }, (_card, reader, of) =>
        nodeOf[reader] === nodeOf[of] ? { tcp: 'tcp://127.0.0.1:1' } : { endpoint: 'ipc:///nowhere' },
      ),
    )
    group.hold()
    await Promise.all([meet(group, 0, 1), meet(group, 0, 2), meet(group, 2, 1)])
    group.expectNoBreach()
  })

  it('waits for a rank that admits nobody for a long time', async () => {
    let proxy: TcpProxy | null = null
    const group = open(
      2,
      withCards({ ...overTcp(true), timing: { admitMs: 200 } }, async ({ tcp }) => {
        proxy ??= await TcpProxy.to(tcp!)
        others.push(proxy)
        proxied.resolve(proxy)
        return { tcp: proxy.endpoint }
      }),
    )
    const proxied = new Deferred<TcpProxy>()
    group.hold(0)
    for (let i = 0; i < 10; i++) group.send(0, 1, numbered(i, 900), data(900, i), null)
    await (await proxied.promise).called(4)
    expect(group.sink(0).gone).toEqual([])
    group.hold(1)
    await group.sink(1).arrived(10)
    expect(group.sink(1).arrivals.map((a) => a.frame.tag)).toEqual([...Array(10).keys()])
    group.expectNoBreach()
  })

  it('says so when nobody listens where a rank should', async () => {
    const server = await listener()
    await new Promise((resolve) => server.close(resolve))
    const group = open(
      2,
      withCards(overTcp(true), () => ({ tcp: `tcp://127.0.0.1:${server.port}`, host: 'node2' })),
    )
    group.hold(0)
    group.send(0, 1, numbered(0), null, null)
    await group.sink(0).until(() => group.sink(0).gone.length > 0)
    expect(group.sink(0).gone[0]!.reason).toBe(
      `rank 1 (host node2, 127.0.0.1:${server.port}) is not to be reached: nobody listens at tcp://127.0.0.1:${server.port}`,
    )
  })

  it.each([true, false])('notices a cut link on both sides, encrypted: %s', async (encrypted) => {
    const proxies: TcpProxy[] = []
    const group = open(
      3,
      withCards({ ...overTcp(encrypted), timing: SHORT }, async ({ tcp }, _reader, of) => {
        if (of !== 1) return {}
        const proxy = await TcpProxy.to(tcp!)
        others.push(proxy)
        proxies.push(proxy)
        return { tcp: proxy.endpoint }
      }),
    )
    group.hold()
    await meet(group, 0, 1)
    await meet(group, 0, 2)
    for (const proxy of proxies) proxy.cut()
    // Rank 0 only waits: its own connection to rank 1 is the one that goes through the proxy.
    await group.sink(1).until(() => group.sink(1).gone.length > 0)
    await group.sink(0).until(() => group.sink(0).gone.length > 0)
    expect(group.sink(0).gone.map((g) => g.peer)).toEqual([1])
    expect(group.sink(0).gone[0]!.reason).toMatch(/rank 1 \(host testhost, 127\.0\.0\.1:\d+\)/)
    expect(group.sink(2).gone).toEqual([])
    group.expectNoBreach()
  })
})
