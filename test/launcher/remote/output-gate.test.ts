import { expect, test } from 'vitest'
import { OutputGate } from '../../../src/launcher/remote/output-gate.ts'

const KIB = 1024

function setup() {
  const did: string[] = []
  const gate = new OutputGate({
    pauseOutput: (rank, stream) => did.push(`pause ${rank} ${stream}`),
    resumeOutput: (rank, stream) => did.push(`resume ${rank} ${stream}`),
  })
  return { gate, take: () => did.splice(0) }
}

test('streams wait while too much is on its way', () => {
  const { gate, take } = setup()
  gate.sent(0, 'stdout', 512 * KIB)
  expect(take()).toEqual([])
  gate.sent(1, 'stderr', 1)
  gate.sent(0, 'stdout', 64 * KIB)
  gate.sent(0, 'stdout', 64 * KIB)
  expect(take()).toEqual(['pause 1 stderr', 'pause 0 stdout'])
  gate.taken(64 * KIB)
  expect(take()).toEqual([])
  gate.taken(512 * KIB)
  expect(take()).toEqual(['resume 1 stderr', 'resume 0 stdout'])
})

test('one that the launcher has paused stays so when the way is free again, and the other way round', () => {
  const { gate, take } = setup()
  gate.pause(0, 'stdout', 'launcher')
  gate.sent(0, 'stdout', 600 * KIB)
  gate.taken(600 * KIB)
  expect(take()).toEqual(['pause 0 stdout'])
  gate.resume(0, 'stdout', 'launcher')
  expect(take()).toEqual(['resume 0 stdout'])

  gate.sent(0, 'stdout', 600 * KIB)
  gate.pause(0, 'stdout', 'launcher')
  gate.resume(0, 'stdout', 'launcher')
  expect(take()).toEqual(['pause 0 stdout'])
  gate.taken(600 * KIB)
  expect(take()).toEqual(['resume 0 stdout'])
})

test('a resume without a pause does nothing', () => {
  const { gate, take } = setup()
  gate.resume(0, 'stdout', 'launcher')
  expect(take()).toEqual([])
})
