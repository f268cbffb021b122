import { afterEach, describe, expect, it } from 'vitest'
import { LoopbackTransport } from '../../src/transport/loopback.ts'
import { Router } from '../../src/transport/router.ts'
import { describeTransportContract, type Fixture } from './contract.ts'
import { data, Group, isData, numbered } from './contract-tools.ts'
import { zmqRanks } from './zmq-ranks.ts'

function routed(size: number): Fixture {
  const zmq = zmqRanks(size)
  const transports = zmq.transports.map((own, rank) => {
    const loopback = new LoopbackTransport(rank)
    return new Router(zmq.transports.map((_, peer) => (peer === rank ? loopback : own)))
  })
  return {
    transports,
    kill: (rank) => zmq.kill(rank),
    async dispose() {
      await Promise.all(transports.map((t) => t.close()))
      await zmq.dispose()
    },
  }
}

describeTransportContract('router over zmq', routed, { runs: 2 })

describe('router', () => {
  let fixture: Fixture | undefined
  afterEach(async () => {
    await fixture?.dispose()
    fixture = undefined
  })

  it('knows which transport a peer is behind, with its own limits', () => {
    const [near, far] = [new LoopbackTransport(0, 100), new LoopbackTransport(0, 1000)]
    const router = new Router([near, far, near])
    expect(router.maxBodyBytes).toBe(100)
    expect([0, 1, 2].map((peer) => router.towards(peer))).toEqual([near, far, near])
  })

  it('serves a rank and its peers side by side', async () => {
    fixture = routed(2)
    const group = new Group(fixture)
    group.hold()
    for (let i = 0; i < 20; i++) {
      for (const to of [0, 1]) group.send(0, to, numbered(i), data(i * 4000, i), {})
    }
    expect(group.transport(0).unflushed).toBe(40)
    await group.transport(0).flush()
    expect(group.transport(0).unflushed).toBe(0)
    for (const to of [0, 1]) {
      expect(group.sink(to).arrivals.map((a) => a.frame.tag)).toEqual([...Array(20).keys()])
      expect(group.sink(to).arrivals.every((a) => isData(a.body, a.frame.tag))).toBe(true)
    }
    group.expectNoBreach()
  })
})
