import { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Piece } from '../../src/launcher/line-assembler.ts'
import { LineWriter, type Source } from '../../src/launcher/output.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function source(rank: number): Source & { paused: boolean } {
  const self = {
    rank,
    stream: 'stdout' as const,
    paused: false,
    prefix: () => `[${rank}] `,
    pause: () => {
      self.paused = true
    },
    resume: () => {
      self.paused = false
    },
  }
  return self
}

const line = (text: string): Piece => ({ bytes: Buffer.from(text), starts: true, ends: true })
const first = (text: string): Piece => ({ bytes: Buffer.from(text), starts: true, ends: false })
const middle = (text: string): Piece => ({ bytes: Buffer.from(text), starts: false, ends: false })
const last = (text: string): Piece => ({ bytes: Buffer.from(text), starts: false, ends: true })

/** A stream that shows what was written since the last look, and takes its time if it is told to. */
function setup({ isSlow = false } = {}) {
  let text = ''
  const taken: (() => void)[] = []
  const stream = new Writable({
    highWaterMark: 8,
    write(chunk, _encoding, done) {
      text += chunk
      if (isSlow) taken.push(done)
      else done()
    },
  })
  const written = () => {
    const out = text
    text = ''
    return out
  }
  const take = () => taken.shift()?.()
  return { stream, written, take, writer: new LineWriter(stream), a: source(0), b: source(1) }
}

test('lines of several ranks', () => {
  const { writer, written, a, b } = setup()
  writer.write(a, line('one\n'))
  writer.write(b, line('two\n'))
  expect(written()).toBe('[0] one\n[1] two\n')
})

test('a line in parts owns the stream; the others wait for its end', () => {
  const { writer, written, a, b } = setup()
  writer.write(a, first('long'))
  writer.write(b, line('short\n'))
  expect(b.paused).toBe(true)
  writer.write(a, middle(' longer'))
  writer.write(a, last(' end\n'))
  expect(written()).toBe('[0] long longer end\n[1] short\n')
  expect(b.paused).toBe(false)
})

test('an owner that falls silent lets the others write, and the break is marked', () => {
  const { writer, written, a, b } = setup()
  writer.write(a, first('long'))
  writer.write(b, line('short\n'))
  vi.advanceTimersByTime(900)
  writer.write(a, middle(' longer'))
  vi.advanceTimersByTime(900)
  expect(written()).toBe('[0] long longer')
  vi.advanceTimersByTime(200)
  writer.write(a, last(' end\n'))
  expect(written()).toBe('\n[tsrun: rank 0 stopped inside this line; it may go on below]\n[1] short\n end\n')
})

test('an owner that is held back because our own reader is slow is not silent', async () => {
  const { stream, writer, written, take, a, b } = setup({ isSlow: true })
  writer.write(a, first('long'))
  writer.write(b, line('short\n'))
  vi.advanceTimersByTime(10_000)
  const drained = new Promise((resolve) => stream.once('drain', resolve))
  take()
  await drained
  vi.advanceTimersByTime(900)
  writer.write(a, last(' end\n'))
  take()
  take()
  expect(written()).toBe('[0] long end\n[1] short\n')
})

test('a silent owner is left alone while nobody waits', () => {
  const { writer, written, a } = setup()
  writer.write(a, first('long'))
  vi.advanceTimersByTime(10_000)
  writer.write(a, last(' end\n'))
  expect(written()).toBe('[0] long end\n')
})

test('a full stream pauses who writes, and its drain resumes all', async () => {
  const { stream, writer, written, take, a, b } = setup({ isSlow: true })
  writer.write(a, line('a line\n'))
  writer.write(b, line('another\n'))
  expect([a.paused, b.paused]).toEqual([true, true])
  const drained = new Promise((resolve) => stream.once('drain', resolve))
  take()
  expect(written()).toBe('[0] a line\n[1] another\n')
  take()
  await drained
  expect([a.paused, b.paused]).toEqual([false, false])
})

test('a message of the launcher begins on a line of its own', () => {
  const { writer, written, a } = setup()
  writer.write(a, line('no end'))
  writer.note('tsrun: over\n')
  expect(written()).toBe('[0] no end\ntsrun: over\n')
})
