import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pulse } from '../../../src/launcher/remote/pulse.ts'

let did: string[] = []
let pulse: Pulse

beforeEach(() => {
  vi.useFakeTimers()
  did = []
  pulse = new Pulse({ beat: () => did.push('beat'), onSilence: () => did.push('silence') })
})
afterEach(() => {
  pulse.stop()
  vi.useRealTimers()
})

test('it beats every 5 s, and takes 15 s of silence for a loss, once', () => {
  vi.advanceTimersByTime(15_000)
  expect(did).toEqual(['beat', 'beat', 'beat'])
  vi.advanceTimersByTime(100_000)
  expect(did).toEqual(['beat', 'beat', 'beat', 'silence'])
})

test('whoever is heard is not lost', () => {
  for (let second = 0; second < 100; second++) {
    vi.advanceTimersByTime(1000)
    if (second % 14 === 0) pulse.heard()
  }
  expect(did).not.toContain('silence')
})

test('while the other end is stopped nobody beats or listens; then both begin anew', () => {
  vi.advanceTimersByTime(14_000)
  pulse.rest(true)
  vi.advanceTimersByTime(1_000_000)
  pulse.rest(false)
  vi.advanceTimersByTime(15_000)
  expect(did).toEqual(['beat', 'beat', 'beat', 'beat', 'beat'])
  vi.advanceTimersByTime(1000)
  expect(did).toContain('silence')
})

test('a process that slept has not listened: its clock is no sign of silence', () => {
  vi.advanceTimersByTime(10_000)
  // The system's clock jumps; the timer has not run.
  vi.setSystemTime(Date.now() + 3_600_000)
  vi.advanceTimersByTime(1000)
  expect(did).toEqual(['beat', 'beat'])
})
