import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { handleSignals } from '../../src/launcher/signals.ts'

let did: string[] = []
let stop = () => {}

beforeEach(() => {
  vi.useFakeTimers()
  did = []
  stop = handleSignals({
    end: (signal) => did.push(`end ${signal}`),
    kill: () => did.push('kill'),
    forward: (signal) => did.push(`forward ${signal}`),
    forwarded: () => null,
    ignoresHangup: true,
  })
})
afterEach(() => {
  stop()
  vi.useRealTimers()
})

// emit() calls the handlers without the signal itself, which vitest's worker could not take.
const send = (signal: NodeJS.Signals) => process.emit(signal, signal)

test('npm and the terminal both sending one Ctrl-C is one Ctrl-C', () => {
  send('SIGINT')
  vi.advanceTimersByTime(1)
  send('SIGINT')
  vi.advanceTimersByTime(298)
  send('SIGTERM')
  expect(did).toEqual(['end SIGINT'])
})

test('a second Ctrl-C of a person kills at once', () => {
  send('SIGINT')
  vi.advanceTimersByTime(301)
  send('SIGINT')
  expect(did).toEqual(['end SIGINT', 'kill'])
})

test('under nohup a terminal that goes away changes nothing', () => {
  send('SIGHUP')
  expect(did).toEqual([])
})

test('signals that are for the ranks', () => {
  for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGCONT'] as const) send(signal)
  expect(did).toEqual(['forward SIGUSR1', 'forward SIGUSR2', 'forward SIGCONT'])
})
