/** Agents that only write down what they are told. */

import { expect, test } from 'vitest'
import type { Agent, AgentEvents, BootFacts } from '../../src/launcher/agent.ts'
import { Fleet, type FleetEvents } from '../../src/launcher/fleet.ts'

const FACTS: BootFacts = { sharing: [], net: null, bracketing: 'rank' }

function setup() {
  const told: string[] = []
  const events: AgentEvents[] = []
  const agents = [
    [0, 2],
    [1, 3],
  ].map((ranks, node): Agent => {
    const hostname = 'AB'[node]!
    const say = (text: string) => told.push(`${hostname}: ${text}`)
    return {
      hostname,
      ranks,
      start: (given) => events.push(given),
      boot: (_, { sharing }) => say(`boot, sharing ${sharing}`),
      ping: () => () => false,
      send: (rank, message) => say(`${message.t} to ${rank}`),
      signal: say,
      pauseOutput: (rank, stream) => say(`pause ${rank} ${stream}`),
      resumeOutput: (rank, stream) => say(`resume ${rank} ${stream}`),
      writeInput: (rank) => say(`input of ${rank}`) > 0,
      leave: async () => {
        say('leave')
      },
      flushed: () => (node === 0 ? null : Promise.resolve()),
    }
  })
  const fleet = new Fleet(agents)
  const onHostLost: FleetEvents['onHostLost'] = ({ hostname, ranks }, why) =>
    told.push(`lost ${hostname} with ${ranks}: ${why}`)
  fleet.start({ onHostLost } as FleetEvents)
  return { fleet, events, take: () => told.splice(0) }
}

test('what is for a rank goes to its host', () => {
  const { fleet, take } = setup()
  fleet.send(3, { t: 'want' })
  fleet.pauseOutput(2, 'stdout')
  fleet.resumeOutput(2, 'stdout')
  fleet.writeInput(1, null, () => {})
  expect(take()).toEqual(['B: want to 3', 'A: pause 2 stdout', 'A: resume 2 stdout', 'B: input of 1'])
  expect(fleet.hostOf(3)).toMatchObject({ hostname: 'B', ranks: [1, 3] })
})

test('what is for all goes to every host', async () => {
  const { fleet, take } = setup()
  fleet.signal('SIGTERM')
  fleet.boot({ kind: 'plain', path: 'x' }, [FACTS, { ...FACTS, sharing: [true] }])
  await fleet.leave()
  expect(take()).toEqual([
    'A: SIGTERM',
    'B: SIGTERM',
    'A: boot, sharing ',
    'B: boot, sharing true',
    'A: leave',
    'B: leave',
  ])
  expect(await fleet.flushed()).toHaveLength(1)
})

test('it is ready when all hosts are', async () => {
  const { fleet, events, take } = setup()
  events[1]!.onReady(true)
  expect(fleet.missing().map((host) => host.hostname)).toEqual(['A'])
  events[0]!.onReady(false)
  expect(await fleet.ready).toEqual([false, true])
  events[1]!.onLost('gone')
  expect(take()).toEqual(['lost B with 1,3: gone'])
})
